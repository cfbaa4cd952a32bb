"""The page behind the link of a mail."""

TEXTS = {
    "ask_title": ("Ne plus recevoir le point du jour", "Stop receiving the daily digest"),
    "ask": (
        "Le point du jour de {brand} ne vous sera plus envoyé. Rien d’autre ne change.",
        "The daily digest of {brand} will no longer be sent to you. Nothing else changes.",
    ),
    "ask_button": ("Ne plus le recevoir", "Stop receiving it"),
    "done_title": ("C’est fait", "Done"),
    "done": (
        "Le point du jour de {brand} ne vous sera plus envoyé.",
        "The daily digest of {brand} will no longer be sent to you.",
    ),
    "already_title": ("C’est déjà fait", "Already done"),
    "already": (
        "Le point du jour de {brand} ne vous est plus envoyé.",
        "The daily digest of {brand} is no longer sent to you.",
    ),
    "regret": (
        "Pour le recevoir à nouveau, demandez-le à l’équipe de {brand}.",
        "To receive it again, ask the team of {brand}.",
    ),
    "bad_link_title": ("Ce lien ne fonctionne pas", "This link does not work"),
    "bad_link": (
        "Il est incomplet ou n’est plus valable. "
        "Ouvrez en entier le lien du dernier courriel reçu.",
        "It is incomplete or no longer valid. Open the whole link of the last mail you received.",
    ),
    "not_found_title": ("Cette page n’existe pas", "There is no such page"),
    "not_found": (
        "Ouvrez le lien tel qu’il est dans le courriel reçu.",
        "Open the link as it is in the mail you received.",
    ),
    "wrong_method_title": ("Cette demande n’est pas possible", "This request is not possible"),
    "wrong_method": (
        "Ouvrez le lien dans un navigateur.",
        "Open the link in a browser.",
    ),
    "unclear_title": ("Rien n’a changé", "Nothing has changed"),
}
