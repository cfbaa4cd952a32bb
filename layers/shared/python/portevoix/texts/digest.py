"""The daily mail: « le point du jour », “daily digest”."""

TEXTS = {
    "name": ("Point du jour", "Daily digest"),
    "title": ("Le point du jour de {brand}", "{brand}: daily digest"),
    "subject": ("{brand} : point du jour, {what}", "{brand}: daily digest, {what}"),
    "attention_one": ("{count} point à régler", "{count} thing to settle"),
    "attention_many": ("{count} points à régler", "{count} things to settle"),
    "published_one": ("{count} publication", "{count} post"),
    "published_many": ("{count} publications", "{count} posts"),
    "mentions_one": ("{count} mention", "{count} mention"),
    "mentions_many": ("{count} mentions", "{count} mentions"),
    "next_one": ("{count} publication à venir", "{count} post to come"),
    "next_many": ("{count} publications à venir", "{count} posts to come"),
    "private_one": ("{count} message privé à lire", "{count} private message to read"),
    "private_many": ("{count} messages privés à lire", "{count} private messages to read"),
    "numbers_only": ("vos chiffres", "your numbers"),
    "covers": ("Ce qui s’est passé {days}.", "What happened, {days}."),
    # sections
    "section_attention": ("À régler", "To settle"),
    "section_published": ("Publié", "Published"),
    "section_numbers": ("Vos chiffres du {day}", "Your numbers, {day}"),
    "section_mentions": ("Ce qu’on vous a dit", "What was said to you"),
    "section_next": ("Ce qui part d’ici demain soir", "What leaves by tomorrow night"),
    "section_doubt": ("Courriels incertains", "Mails in doubt"),
    # lines
    "state_line": ("{state} : {accounts}, {day} à {hour}", "{state}: {accounts}, {day} at {hour}"),
    "place_line": ("{accounts}, {day} à {hour}", "{accounts}, {day} at {hour}"),
    "chain_one": ("{count} partie", "{count} part"),
    "chain_many": ("fil de {count} parties", "chain of {count} parts"),
    "no_text": ("(image sans texte)", "(picture without text)"),
    "see": ("Voir la publication", "See the post"),
    "see_mention": ("Voir la mention", "See the mention"),
    "said_by": ("{name} ({handle}), à {account}", "{name} ({handle}), to {account}"),
    "more_one": ("et {count} autre", "and {count} more"),
    "more_many": ("et {count} autres", "and {count} more"),
    "in_doubt": (
        "Le point du jour du {day} pour {name} n’a peut-être pas été reçu ; "
        "il n’est pas envoyé une deuxième fois.",
        "The daily digest of {day} for {name} may not have been received; "
        "it is not sent a second time.",
    ),
    "refused": (
        "L’adresse de {name} a refusé le point du jour du {day} : vérifiez-la.",
        "The address of {name} refused the daily digest of {day}: check it.",
    ),
    # numbers
    "column_number": ("Chiffre", "Number"),
    "column_value": ("Ce jour", "That day"),
    "column_usual": ("D’habitude", "Usually"),
    "not_known": ("pas connu", "not known"),
    "colon": (" : ", ": "),
    "missing_note": (
        "« Pas connu » n’est pas zéro : le réseau ne l’a pas donné, "
        "ou il manque le relevé de la veille.",
        "“Not known” is not zero: the network did not give it, "
        "or the reading of the day before is missing.",
    ),
    # end
    "hours_of": ("Fuseau des heures : {zone}.", "Hours are in the zone {zone}."),
    "why_you": (
        "Vous recevez ce courriel comme destinataire du point du jour de {brand}.",
        "You receive this mail as a recipient of the daily digest of {brand}.",
    ),
    "unsubscribe": ("Ne plus recevoir le point du jour", "Stop receiving the daily digest"),
}
