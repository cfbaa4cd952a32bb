"""What the API answers when it does not do what was asked."""

TEXTS = {
    "unauthorized": (
        "Cette clé n’ouvre pas l’API : envoyez « Authorization: Bearer pvx_… » ; "
        "si la clé a été révoquée, demandez-en une nouvelle.",
        "This key does not open the API: send “Authorization: Bearer pvx_…”; "
        "if the key was revoked, ask for a new one.",
    ),
    "forbidden": (
        "Cette clé ne sert pas à cette marque : demandez-en une autre.",
        "This key is not for this brand: ask for another one.",
    ),
    "not_found": (
        "Cela n’existe pas, ou n’est pas accessible avec cette clé.",
        "There is no such thing, or not with this key.",
    ),
    "no_route": (
        "Il n’y a rien à cette adresse : voyez docs/api.md.",
        "There is nothing at this address: see docs/api.md.",
    ),
    "wrong_method": (
        "Cette adresse accepte {allowed}.",
        "This address takes {allowed}.",
    ),
    "invalid": (
        "La demande est à corriger ; rien n’a été enregistré.",
        "There is something to change; nothing was stored.",
    ),
    "conflict": (
        "Trop tard, ou quelqu’un a été plus rapide : relisez la publication.",
        "Too late, or somebody was faster: read the post again.",
    ),
    "too_large": (
        "La demande est trop grande.",
        "The request is too large.",
    ),
    "network": (
        "Le réseau n’a pas confirmé ; rien n’a changé : réessayez dans une minute.",
        "The network did not confirm; nothing was changed: try again in a minute.",
    ),
    "unavailable": (
        "Le service ne répond pas pour l’instant : relisez avant de recommencer.",
        "The service does not answer just now: read again before you repeat it.",
    ),
}
