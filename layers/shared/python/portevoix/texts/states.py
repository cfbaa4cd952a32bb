"""Where a sending stands, and why it is suspended, in a person's words."""

TEXTS = {
    "planned": ("Programmée", "Scheduled"),
    "preparing": ("Préparation", "Preparing"),
    "ready": ("Programmée", "Scheduled"),
    "sending": ("Envoi en cours", "Sending"),
    "uncertain": ("Envoi à vérifier", "To be checked"),
    "held": ("Suspendue", "Suspended"),
    "published": ("Publiée", "Published"),
    "rejected": ("Refusée par le réseau", "Refused by the network"),
    "missed": ("Non envoyée (trop tard)", "Not sent, too late"),
    "cancelled": ("Annulée", "Cancelled"),
    "needs_decision": ("À décider", "Your decision"),
    "held_member": ("suspendue par un membre", "suspended by a member"),
    "held_pause": ("tout est suspendu", "everything is suspended"),
    "held_account": ("le compte est à reconnecter", "the account is to be reconnected"),
    "held_quota": ("le plafond du réseau est atteint", "the network's quota is used up"),
    "held_other_half": (
        "l’autre moitié de la paire ne part pas",
        "the other half of the pair does not leave",
    ),
    "held_earlier_part": (
        "une partie précédente du fil n’est pas partie",
        "an earlier part of the chain did not leave",
    ),
}
