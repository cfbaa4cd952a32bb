"""What somebody can change: one sentence a code, which says what to do."""

from portevoix.model.errors import Problem
from portevoix.texts import say
from portevoix.texts.writing import amount

TEXTS = {
    # times and zones
    "unknown_zone": (
        "Le fuseau « {zone} » n’existe pas : écrivez-le comme America/Toronto ou Europe/Paris.",
        "There is no zone “{zone}”: write it like America/Toronto or Europe/Paris.",
    ),
    "unreadable_moment": (
        "« {text} » n’est pas un moment : écrivez-le comme 2027-03-22 08:00, de 00:00 à 23:59.",
        "“{text}” is not a moment: write it like 2027-03-22 08:00, from 00:00 to 23:59.",
    ),
    "skipped_moment": (
        "{text} n’existe pas à {zone} : les horloges avancent à ce moment-là. "
        "Choisissez une autre heure.",
        "{text} does not exist in {zone}: the clocks go forward then. Choose another hour.",
    ),
    "moment_in_past": (
        "Ce moment est passé : choisissez-en un à venir.",
        "This moment has passed: choose one to come.",
    ),
    "publish_before_too_early": (
        "La limite d’envoi vient avant le moment : mettez-la après, ou laissez-la vide.",
        "The last moment to send comes before the moment itself: put it later, or leave it empty.",
    ),
    # posts
    "empty_text": (
        "Il n’y a ni texte ni média pour {where} : écrivez ce qui doit être dit.",
        "There is neither text nor media for {where}: write what is to be said.",
    ),
    "empty_part": (
        "Une partie du fil est vide : écrivez-la, ou retirez la ligne ---.",
        "A part of the chain is empty: write it, or remove the line ---.",
    ),
    "text_too_long": (
        "Le texte compte {length} caractères et ce compte en accepte {limit} : "
        "retirez-en {over}, ou faites-en deux publications.",
        "The text counts {length} characters and this account takes {limit}: "
        "cut {over}, or make two posts of it.",
    ),
    "no_account": (
        "Aucun compte n’est choisi : indiquez au moins un compte.",
        "No account is chosen: name at least one.",
    ),
    "unknown_account": (
        "La marque n’a pas de compte « {where} » : vérifiez son nom ou ajoutez ce compte.",
        "The brand has no account “{where}”: check its name, or add the account.",
    ),
    "too_many_deliveries": (
        "Cette publication ferait {count} envois, {limit} au plus : faites-en plusieurs.",
        "This post would make {count} sendings, {limit} at most: make several posts of it.",
    ),
    "unsaid_version": (
        "Aucun compte de cette publication ne dirait la version « {where} » : "
        "choisissez parmi {versions}.",
        "No account of this post would say the version “{where}”: choose among {versions}.",
    ),
    "parts_changed": (
        "Une modification garde le nombre de parties du fil : annulez cette publication et "
        "créez-en une autre.",
        "An edit keeps the number of a chain's parts: cancel this post and queue another one.",
    ),
    # media
    "unknown_media": (
        "Il n’y a pas de média « {where} » : ajoutez-le d’abord.",
        "There is no media “{where}”: add it first.",
    ),
    "media_not_uploaded": (
        "« {file} » n’est pas encore arrivé : envoyez le fichier avec son formulaire.",
        "“{file}” has not arrived yet: send the file with its form.",
    ),
    "media_empty": (
        "« {file} » est vide : choisissez un autre fichier.",
        "“{file}” is empty: choose another file.",
    ),
    "media_unreadable": (
        "« {file} » n’est ni une image ni une vidéo reconnue : JPEG, PNG, GIF, WebP ou MP4.",
        "“{file}” is no image or video that we know: use JPEG, PNG, GIF, WebP or MP4.",
    ),
    "media_not_found": (
        "Le fichier « {file} » est introuvable à côté du plan : vérifiez son nom.",
        "There is no file “{file}” beside the plan: check its name.",
    ),
    "media_outside": (
        "« {file} » sort du dossier du plan : placez les médias à côté du fichier CSV.",
        "“{file}” leaves the plan's folder: put media beside the CSV file.",
    ),
    "media_too_big": (
        "« {file} » pèse {size} Mo et ce compte en accepte {limit} : réduisez-le.",
        "“{file}” weighs {size} MB and this account takes {limit}: make it smaller.",
    ),
    "media_type_refused": (
        "Ce compte n’accepte pas « {file} » ({type}) : convertissez-le.",
        "This account does not take “{file}” ({type}): convert it.",
    ),
    "too_many_pixels": (
        "« {file} » a {pixels} pixels et ce compte en accepte {limit} : réduisez l’image.",
        "“{file}” has {pixels} pixels and this account takes {limit}: make the image smaller.",
    ),
    "too_many_media": (
        "Il y a {count} médias et ce compte en accepte {limit} : retirez-en.",
        "There are {count} media and this account takes {limit}: remove some.",
    ),
    "alt_text_missing": (
        "« {file} » n’a pas de texte alternatif : décrivez ce que l’on y voit.",
        "“{file}” has no alt text: describe what can be seen on it.",
    ),
    "alt_text_too_long": (
        "Le texte alternatif de « {file} » compte {length} caractères, {limit} au plus : "
        "raccourcissez-le.",
        "The alt text of “{file}” has {length} characters, {limit} at most: shorten it.",
    ),
    # pairs
    "pair_half_missing": (
        "Il manque une moitié de la paire « {where} » : donnez un texte à deux comptes au moins.",
        "Half of the pair “{where}” is missing: give a text to at least two accounts.",
    ),
    "pair_account_twice": (
        "La paire « {pair} » nomme deux fois le même compte : une ligne par compte.",
        "The pair “{pair}” names an account twice: one row an account.",
    ),
    "pair_moments_differ": (
        "La paire « {pair} » part d’un seul moment : mettez le même qu’à la ligne {row}.",
        "A pair leaves at one moment: give “{pair}” the same as in row {row}.",
    ),
    # CSV plans
    "csv_not_utf8": (
        "Le fichier n’est pas en UTF-8 : enregistrez-le comme « CSV UTF-8 ».",
        "The file is not in UTF-8: save it as “CSV UTF-8”.",
    ),
    "csv_empty": (
        "Le fichier est vide : sa première ligne nomme les colonnes.",
        "The file is empty: its first row names the columns.",
    ),
    "csv_too_big": (
        "Le fichier dépasse {maximum} octets : faites-en plusieurs.",
        "The file is over {maximum} bytes: make several of it.",
    ),
    "csv_too_many_rows": (
        "Le plan a plus de {maximum} lignes ; la suite n’a pas été lue : faites-en plusieurs.",
        "The plan has more than {maximum} rows and the rest was not read: make several of it.",
    ),
    "csv_missing_column": (
        "La colonne « {column} » manque : ajoutez-la à la première ligne.",
        "The column “{column}” is missing: add it to the first row.",
    ),
    "csv_column_twice": (
        "La colonne « {column} » est là deux fois : gardez-en une.",
        "The column “{column}” is there twice: keep one.",
    ),
    "csv_unknown_column": (
        "La colonne « {column} » n’est pas lue : vérifiez son nom.",
        "The column “{column}” is not read: check its name.",
    ),
    "csv_unreadable_row": (
        "Cette ligne est illisible : vérifiez ses guillemets (un guillemet du texte se double).",
        "This row cannot be read: check its quotation marks (one inside a text is doubled).",
    ),
    "csv_too_many_cells": (
        "Cette ligne a {cells} cellules pour {columns} colonnes : mettez le texte qui contient "
        "le séparateur entre guillemets.",
        "This row has {cells} cells for {columns} columns: put a text that contains the separator "
        "between quotation marks.",
    ),
    "csv_media_without_part": (
        "Il y a plus de groupes de médias que de parties du texte ({parts}) : "
        "séparez-les comme le texte, par une ligne ---.",
        "There are more groups of media than parts of the text ({parts}): "
        "separate them like the text, by a line ---.",
    ),
    "csv_alt_without_media": (
        "Il y a un texte alternatif sans média : ajoutez le média ou retirez ce texte.",
        "There is an alt text without a media: add the media, or remove this text.",
    ),
    "missing_value": (
        "« {column} » est vide : remplissez-le.",
        "“{column}” is empty: fill it in.",
    ),
    "unknown_visibility": (
        "« {text} » n’est pas une visibilité : {allowed}.",
        "“{text}” is not a visibility: {allowed}.",
    ),
    "ref_twice": (
        "« {ref} » est déjà à la ligne {row} : donnez un autre nom, ou une paire aux deux lignes.",
        "“{ref}” is in row {row} already: give it another name, or both rows a pair.",
    ),
    "ref_changed": (
        "« {ref} » est déjà dans la file avec un autre contenu ; rien n’a changé : "
        "modifiez la publication {post}, ou donnez un autre nom à celle-ci.",
        "“{ref}” is queued already and says something else; nothing was changed: "
        "edit the post {post}, or give this one another name.",
    ),
    # brands and accounts
    "unusable_brand_id": (
        "« {brand} » ne peut pas nommer une marque : minuscules, chiffres et tirets.",
        "“{brand}” cannot name a brand: use lower-case letters, digits and hyphens.",
    ),
    "unusable_account_id": (
        "« {account} » ne peut pas nommer un compte : écrivez-le comme mastodon:chezoctave.",
        "“{account}” cannot name an account: write it like mastodon:chezoctave.",
    ),
    "unknown_language": (
        "« {language} » n’est pas une langue : écrivez-la comme fr-CA ou en.",
        "“{language}” is not a language: write it like fr-CA or en.",
    ),
    "missing_secret": (
        "La clé du compte manque : copiez-la de la page du réseau.",
        "The account's access token is missing: copy it from the network's page.",
    ),
    "token_refused": (
        "{address} n’accepte pas cette clé : copiez-la à nouveau de la page du réseau, entière, "
        "avec le droit de lire et d’écrire.",
        "{address} does not accept this access token: copy it again from the network's page, "
        "complete, with the right to read and to write.",
    ),
    "unusable_address": (
        "« {address} » n’est pas une adresse : écrivez-la comme nom@exemple.org.",
        "“{address}” is not an address: write it like name@example.org.",
    ),
    "unreadable_hour": (
        "« {text} » n’est pas une heure : écrivez-la comme 08:00.",
        "“{text}” is not an hour: write it like 08:00.",
    ),
    # the API's door
    "unreadable_json": (
        "La requête n’est pas un objet JSON lisible.",
        "The request is no JSON object that can be read.",
    ),
    "json_too_deep": (
        "La requête est imbriquée trop profondément : {maximum} niveaux au plus.",
        "The request is nested too deep: {maximum} levels at most.",
    ),
    "body_too_large": (
        "La requête dépasse {maximum} octets : envoyez les médias avec leur formulaire.",
        "The request is over {maximum} bytes: send media with their form.",
    ),
    "field_missing": ("Le champ « {where} » manque.", "The field “{where}” is missing."),
    "field_unknown": (
        "Le champ « {where} » n’existe pas : vérifiez son nom.",
        "There is no field “{where}”: check its name.",
    ),
    "field_unusable": (
        "Le champ « {where} » n’a pas la forme attendue : voyez docs/api.md.",
        "The field “{where}” cannot be used: {reason}.",
    ),
    "unreadable_page": (
        "Cette page n’existe pas : reprenez à la première.",
        "There is no such page: begin again with the first.",
    ),
    "one_answer": (
        "Dites soit où la publication se trouve (there), soit de l’envoyer encore (again).",
        "Say either where the post is (there), or to send it again (again).",
    ),
    "nothing_to_change": (
        "Rien n’est à changer : donnez un texte, un moment ou une limite d’envoi.",
        "There is nothing to change: give a text, a moment or a last moment to send.",
    ),
    "text_or_parts": (
        "Donnez soit un texte avec ses médias, soit les parties d’un fil, pas les deux.",
        "Give either a text with its media, or the parts of a chain, not both.",
    ),
    # a network's server, when an account is connected
    "unknown_network": (
        "« {network} » n’est pas un réseau pris en charge : {known}.",
        "“{network}” is not a network that is supported: {known}.",
    ),
    "unusable_server_address": (
        "« {host} » n’est pas une adresse de serveur : écrivez-la comme https://mastodon.exemple.",
        "“{host}” is not a server's address: write it like https://mastodon.example.",
    ),
    "unknown_host": (
        "Aucun serveur ne répond au nom « {host} » : vérifiez l’adresse.",
        "There is no server called “{host}”: check the address.",
    ),
    "no_connection": (
        "« {host} » n’accepte pas de connexion sur le port {port} : "
        "vérifiez l’adresse, ou réessayez plus tard.",
        "“{host}” takes no connection on port {port}: check the address, or try again later.",
    ),
    "tls_failed": (
        "La connexion à « {host} » n’est pas sûre (certificat refusé) : vérifiez l’adresse, "
        "ou prévenez qui s’occupe du serveur.",
        "The connection to “{host}” is not safe (certificate refused): check the address, "
        "or tell whoever runs the server.",
    ),
    "private_address": (
        "« {host} » mène à un réseau privé : donnez l’adresse publique du serveur.",
        "“{host}” leads to a private network: give the server's public address.",
    ),
    "port_not_allowed": (
        "Le port {port} de « {host} » n’est pas ouvert à Portevoix : "
        "donnez une adresse sans numéro de port.",
        "Portevoix does not open port {port} of “{host}”: give an address without a port number.",
    ),
    "https_needed": (
        "L’adresse de « {host} » doit commencer par https:// : "
        "une connexion en clair livrerait l’accès au compte.",
        "The address of “{host}” must begin with https://: "
        "a connection in the clear would give the account's access away.",
    ),
    "only_loopback": (
        "L’horloge de cette pile locale est virtuelle : « {host} » ne recevra rien d’elle. "
        "Utilisez un serveur local, ou démarrez la pile à l’heure réelle.",
        "The clock of this local stack is a virtual one, so “{host}” gets nothing from it: "
        "use a local server, or start the stack on real time.",
    ),
    "not_a_mastodon_server": (
        "{address} ne répond pas comme un serveur Mastodon (HTTP {status}) : donnez l’adresse "
        "du serveur lui-même, comme https://mastodon.exemple.",
        "{address} does not answer like a Mastodon server (HTTP {status}): give the address "
        "of the server itself, like https://mastodon.example.",
    ),
    "instance_moved": (
        "{address} renvoie à {leads_to} : donnez cette adresse-là.",
        "{address} leads to {leads_to}: give that address.",
    ),
    # what whoever installs Portevoix can mend
    "sender_not_verified": (
        "Amazon SES n’envoie pas pour « {address} » : vérifiez cette adresse ou son domaine dans "
        "SES, ou, si c’est fait, sortez du bac à sable de SES, où les destinataires sont à "
        "vérifier aussi.",
        "Amazon SES does not send for “{address}”: verify this address or its domain in SES, or, "
        "if that is done, leave the SES sandbox, in which recipients must be verified too.",
    ),
    "mail_stopped": (
        "Amazon SES a suspendu les envois de ce compte AWS : voyez sa console.",
        "Amazon SES has stopped this AWS account's sending: see its console.",
    ),
    "setting_to_mend": (
        "Un réglage de l’installation est à corriger. {detail}",
        "{detail}",
    ),
    # what is not there
    "unknown_brand": (
        "Il n’y a pas de marque « {where} » : vérifiez son nom.",
        "There is no brand “{where}”: check its name.",
    ),
    "unknown_post": (
        "Il n’y a pas de publication « {where} » : vérifiez son numéro.",
        "There is no post “{where}”: check its number.",
    ),
    "unknown_delivery": (
        "Cette publication n’a pas d’envoi, partie {part}, pour « {where} » : vérifiez le compte "
        "et la partie.",
        "This post has no sending, part {part}, for “{where}”: check the account and the part.",
    ),
    "unknown_recipient": (
        "La marque n’a pas de destinataire « {where} » : vérifiez son nom ou ajoutez-le.",
        "The brand has no recipient “{where}”: check its name, or add it.",
    ),
    "unknown_source": (
        "La marque n’a pas de source de veille « {where} » : vérifiez son nom.",
        "The brand has no source “{where}”: check its name.",
    ),
    "unknown_key": (
        "Il n’y a pas de clé « {where} » : vérifiez son numéro.",
        "There is no key “{where}”: check its number.",
    ),
    # what cannot be done any more; `state` is a state's code, shown in a person's words
    "too_late_to_change": (
        "Trop tard, rien n’a changé. {where}, partie {part} : {state}.",
        "Too late, nothing was changed. {where}, part {part}: {state}.",
    ),
    "nothing_to_decide": (
        "Il n’y a rien à décider. {where}, partie {part} : {state}.",
        "There is nothing to decide. {where}, part {part}: {state}.",
    ),
    "nothing_cancelled": (
        "Rien n’a changé : plus rien de cette publication ne peut être annulé.",
        "Nothing was changed: nothing of this post can be cancelled any more.",
    ),
    "nothing_held": (
        "Rien n’a changé : plus rien de cette publication ne peut être suspendu.",
        "Nothing was changed: nothing of this post can be suspended any more.",
    ),
    "nothing_released": (
        "Rien n’a changé : rien de cette publication n’est suspendu.",
        "Nothing was changed: nothing of this post is suspended.",
    ),
    "changed_meanwhile": (
        "Rien n’a changé : quelqu’un a été plus rapide. Relisez la publication, puis recommencez.",
        "Nothing was changed: somebody was faster. Read the post again, then repeat it.",
    ),
    "not_our_post": (
        "« {where} » n’est pas une publication de ce compte : copiez l’adresse de la publication "
        "elle-même.",
        "“{where}” is not a post of this account: copy the address of the post itself.",
    ),
}

AMOUNTS = frozenset(
    ("cells", "columns", "count", "length", "limit", "maximum", "over", "parts", "pixels", "size")
)
"""Values that are numbers, written as the reader's language does."""


def problem_sentence(problem: Problem, language: str) -> str:
    """Return a problem's sentence in `language`; raise KeyError for a code without one."""
    values = {
        name: amount(value, language) if name in AMOUNTS else value
        for name, value in problem.values
    }
    if "state" in values:
        values["state"] = say(f"states.{values['state']}", language)
    return say(f"problems.{problem.code}", language, where=problem.where, **values)
