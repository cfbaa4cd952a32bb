"""What went wrong with a sending, a source or a day's numbers: a sentence, and what to do.

`code` is the sentence, `code_do` the action. A code that is not here is one of texts/problems,
whose sentence says what to do by itself.
"""

from collections.abc import Iterable

from portevoix.model.errors import Problem
from portevoix.texts import problems, say

TEXTS = {
    # a sending that is still on its way
    "not_sent": (
        "Le réseau n’a pas pu être joint ; rien n’est parti.",
        "The network could not be reached; nothing has left.",
    ),
    "not_sent_do": (
        "Rien à faire : un nouvel essai suit tout seul.",
        "Nothing to do: it is tried again by itself.",
    ),
    "rate_limited": (
        "Le réseau demande de patienter ; rien n’est parti.",
        "The network asks us to wait; nothing has left.",
    ),
    "rate_limited_do": (
        "Rien à faire : l’envoi reprend dès que le réseau l’accepte.",
        "Nothing to do: it goes on as soon as the network allows it.",
    ),
    # a doubt
    "uncertain": (
        "Le réseau n’a pas confirmé la réception ; la publication est peut-être en ligne.",
        "The network did not confirm; the post may be online.",
    ),
    "uncertain_do": (
        "Regardez le compte, puis indiquez si la publication y est ou s’il faut l’envoyer encore.",
        "Look at the account, then say whether the post is there or is to be sent again.",
    ),
    "checking": (
        "Le réseau n’a pas confirmé la réception ; la publication est peut-être en ligne.",
        "The network did not confirm; the post may be online.",
    ),
    "checking_do": (
        "Rien à faire pour l’instant : l’envoi est en cours de vérification.",
        "Nothing to do for now: the sending is being checked.",
    ),
    "uncertain_disconnected": (
        "Le réseau n’a pas confirmé la réception, et le compte n’est plus connecté.",
        "The network did not confirm, and the account is no longer connected.",
    ),
    "uncertain_disconnected_do": (
        "Reconnectez le compte, regardez s’il montre la publication, puis décidez.",
        "Reconnect the account, look whether it shows the post, then decide.",
    ),
    # an end
    "rejected": (
        "Le réseau a refusé cette publication.",
        "The network refused this post.",
    ),
    "rejected_do": (
        "Modifiez le texte ou l’image, puis programmez un nouvel envoi.",
        "Change the text or the image, then schedule it again.",
    ),
    "media_rejected": (
        "Le réseau a refusé une image ou une vidéo de cette publication.",
        "The network refused an image or a video of this post.",
    ),
    "media_rejected_do": (
        "Remplacez ce fichier, puis programmez un nouvel envoi.",
        "Replace the file, then schedule it again.",
    ),
    "media_lost": (
        "Un fichier de cette publication n’est plus là.",
        "A file of this post is no longer there.",
    ),
    "media_lost_do": (
        "Ajoutez le fichier à nouveau, puis modifiez la publication.",
        "Add the file again, then edit the post.",
    ),
    "not_prepared": (
        "Les fichiers n’ont pas encore pu être remis au réseau ; rien n’est parti.",
        "The files could not be handed to the network yet; nothing has left.",
    ),
    "not_prepared_do": (
        "Rien à faire : un nouvel essai suit tout seul.",
        "Nothing to do: it is tried again by itself.",
    ),
    "gave_up": (
        "Le réseau n’a pas pu être joint en cinq essais ; rien n’est parti.",
        "The network could not be reached in five tries; nothing has left.",
    ),
    "gave_up_do": (
        "Relancez l’envoi, ou annulez-le.",
        "Release the sending, or cancel it.",
    ),
    "too_late": (
        "La limite d’envoi est passée : la publication n’est pas partie en retard.",
        "The last moment to send has passed: the post was not sent late.",
    ),
    "too_late_do": (
        "Choisissez un nouveau moment si elle a encore un sens.",
        "Choose a new moment if it still makes sense.",
    ),
    # suspended
    "held_member": (
        "Un membre a suspendu cette publication.",
        "A member suspended this post.",
    ),
    "held_member_do": (
        "Relancez-la quand elle peut partir, ou annulez-la.",
        "Release it when it may go, or cancel it.",
    ),
    "held_pause": (
        "Les envois sont suspendus pour ce compte.",
        "Sending is suspended for this account.",
    ),
    "held_pause_do": (
        "Levez la suspension, puis relancez la publication : elle ne repart pas toute seule.",
        "End the suspension, then release the post: it does not leave by itself.",
    ),
    "held_account": (
        "Le réseau n’accepte plus la connexion de ce compte.",
        "The network no longer accepts this account's connection.",
    ),
    "held_account_do": (
        "Reconnectez le compte, puis relancez la publication.",
        "Reconnect the account, then release the post.",
    ),
    "held_quota": (
        "Le quota du compte sur ce réseau est atteint.",
        "The account's quota on this network is used up.",
    ),
    "held_quota_do": (
        "Attendez le prochain quota ou augmentez-le, puis relancez la publication.",
        "Wait for the next quota or raise it, then release the post.",
    ),
    "held_other_half": (
        "L’autre moitié de la paire ne part pas : aucune des deux n’est partie seule.",
        "The other half of the pair does not leave: neither has left alone.",
    ),
    "held_other_half_do": (
        "Corrigez l’autre moitié, puis relancez les deux.",
        "Correct the other half, then release both.",
    ),
    "held_earlier_part": (
        "Une partie précédente du fil n’est pas partie.",
        "An earlier part of the chain did not leave.",
    ),
    "held_earlier_part_do": (
        "Corrigez cette partie : la suite repartira dans l’ordre.",
        "Correct that part: the rest will follow in order.",
    ),
    # reading: sources and numbers
    "authorization": (
        "Le réseau n’accepte plus la connexion de ce compte.",
        "The network no longer accepts this account's connection.",
    ),
    "authorization_do": ("Reconnectez le compte.", "Reconnect the account."),
    "unreachable": ("Le réseau ne répond pas.", "The network does not answer."),
    "unreachable_do": (
        "Rien à faire : un nouvel essai suit tout seul.",
        "Nothing to do: it is tried again by itself.",
    ),
    "unreadable_answer": (
        "La réponse du réseau est illisible.",
        "The network's answer cannot be read.",
    ),
    "unreadable_answer_do": (
        "Si cela dure, vérifiez l’adresse du compte.",
        "If it lasts, check the account's address.",
    ),
    "reading_refused": (
        "Le réseau refuse cette lecture.",
        "The network refuses this reading.",
    ),
    "reading_refused_do": (
        "Vérifiez les droits donnés à la connexion du compte.",
        "Check the rights given to the account's connection.",
    ),
    "quota": (
        "Le quota du compte sur ce réseau est atteint.",
        "The account's quota on this network is used up.",
    ),
    "quota_do": (
        "Attendez le prochain quota ou augmentez-le.",
        "Wait for the next quota or raise it.",
    ),
    "secret_missing": (
        "La connexion de ce compte n’est pas enregistrée.",
        "This account's connection is not stored.",
    ),
    "secret_missing_do": ("Reconnectez le compte.", "Reconnect the account."),
    "account_missing": ("Ce compte n’existe plus.", "This account no longer exists."),
    "account_missing_do": (
        "Ajoutez-le à nouveau, ou retirez sa source de veille.",
        "Add it again, or remove its source.",
    ),
    # anything else
    "unknown": (
        "Quelque chose a empêché cet envoi.",
        "Something prevented this sending.",
    ),
    "unknown_do": (
        "Ouvrez la publication pour voir son état.",
        "Open the post to see where it stands.",
    ),
    "network_says": (
        "Réponse du réseau : « {words} ».",
        "The network says: “{words}”.",
    ),
}

TELLS_DETAIL = frozenset({"rejected", "media_rejected"})
"""Codes whose `detail` is the network's own words for a person; others are for the log."""


def explain(
    code: str,
    language: str,
    *,
    detail: str = "",
    values: Iterable[tuple[str, str]] = (),
    where: str = "",
    state: str = "",
) -> tuple[str, str]:
    """Return what went wrong and what to do; for a code of texts/problems the second is empty.

    A doubt asks nothing of a member while the `state` says that we still look ourselves.
    A code that nobody knows gives a general sentence: a mail is never lost for a word.
    """
    if code == state == "uncertain":
        code = "checking"
    if code in TEXTS:
        sentence = say(f"troubles.{code}", language)
        if detail and code in TELLS_DETAIL:
            sentence += " " + say("troubles.network_says", language, words=detail)
        return sentence, say(f"troubles.{code}_do", language)
    if code in problems.TEXTS:
        return problems.problem_sentence(Problem(code, where, tuple(values)), language), ""
    return say("troubles.unknown", language), say("troubles.unknown_do", language)
