"""What each number is called, and what it means."""

TEXTS = {
    "posts_published": ("Publications", "Posts"),
    "posts_published_meaning": (
        "Publications parties ce jour-là sur le compte ; un fil compte pour une.",
        "Posts that left that day on the account; a chain counts as one.",
    ),
    "mentions": ("Mentions publiques", "Public mentions"),
    "mentions_meaning": (
        "Ce qui a été dit au compte ce jour-là, en public ; jamais les messages privés.",
        "What was said to the account that day, in public; never private messages.",
    ),
    "replies": ("Réponses", "Replies"),
    "replies_meaning": (
        "Réponses gagnées ce jour-là par les publications des 30 derniers jours.",
        "Replies gained that day by the posts of the last 30 days.",
    ),
    "shares": ("Partages", "Shares"),
    "shares_meaning": (
        "Partages gagnés ce jour-là par les publications des 30 derniers jours.",
        "Shares gained that day by the posts of the last 30 days.",
    ),
    "likes": ("J’aime", "Likes"),
    "likes_meaning": (
        "J’aime gagnés ce jour-là par les publications des 30 derniers jours.",
        "Likes gained that day by the posts of the last 30 days.",
    ),
    "engagement": ("Interactions", "Interactions"),
    "engagement_meaning": (
        "Réponses, partages et j’aime gagnés ce jour-là, ensemble.",
        "Replies, shares and likes gained that day, together.",
    ),
    "followers": ("Abonnés", "Followers"),
    "followers_meaning": (
        "Abonnés du compte à la fin de ce jour.",
        "Followers of the account at the end of that day.",
    ),
    "followers_gained": ("Évolution des abonnés", "Change in followers"),
    "followers_gained_meaning": (
        "Abonnés à la fin de ce jour, moins ceux de la veille.",
        "Followers at the end of that day, less those of the day before.",
    ),
}
