"""The table, the queue, mail, media and secrets on AWS: the only place with botocore."""
