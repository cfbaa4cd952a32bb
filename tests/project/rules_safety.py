"""What the template must say for nothing to get in, out or lost."""

import re
from collections.abc import Iterator

from tests.project.template_model import Template, many, strings, target

# Every wildcard of an allowing statement, and why it is there.
REASONED = {
    r"\$\{MediaBucket\.Arn\}/\*": "the objects of the one bucket",
    r"arn:\$\{AWS::Partition\}:ssm:.*:parameter/portevoix/\$\{AWS::StackName\}/accounts/\*": (
        "the tokens of accounts, whose names are not known at deployment"
    ),
    r"arn:\$\{AWS::Partition\}:ses:\$\{AWS::Region\}:\$\{AWS::AccountId\}:identity/\*": (
        "in the sandbox the recipient's identity is checked too; a condition bounds the sender"
    ),
}
OUR_SSM = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}"
    ":parameter/portevoix/${AWS::StackName}/"
)


def nothing_is_allowed_at_large(template: Template) -> Iterator[str]:
    """No wildcard in an action, nor in a resource beyond the reasoned list, nor a Scan."""
    for role, _ in template.all("AWS::IAM::Role"):
        for line in template.statements(role):
            wide = [action for action in many(line["Action"]) if "*" in action]
            wide += [
                text
                for text in strings(line.get("Resource", "*"))
                if "*" in text and not any(re.fullmatch(known, text) for known in REASONED)
            ]
            wide += [action for action in many(line["Action"]) if action == "dynamodb:Scan"]
            wide += [key for key in line if key in ("NotAction", "NotResource")]
            yield from (f"{role}: allows {text}" for text in wide)


def each_function_has_a_role_of_its_own(template: Template) -> Iterator[str]:
    """Given, not made by SAM, shared with nobody, and for Lambda alone."""
    roles = [target(function["Role"]) for function in template.functions().values()]
    for name, function in template.functions().items():
        role = target(function["Role"])
        if roles.count(role) != 1 or role != f"{name}Role":
            yield f"{name}: shares {role}"
    for name, resource in template.written["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function" and "Policies" in resource["Properties"]:
            yield f"{name}: has a policy template, which is wide"
    for name, role_properties in template.all("AWS::IAM::Role"):
        trusted = role_properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        expected = "lambda" if name in roles else "scheduler"
        if trusted != {"Service": f"{expected}.amazonaws.com"}:
            yield f"{name}: may be assumed by {trusted}"
        if role_properties.get("ManagedPolicyArns"):
            yield f"{name}: has a managed policy, which is wide"


def secrets_are_read_under_our_prefix(template: Template) -> Iterator[str]:
    """Only where secrets are needed, only ours, and written by no function."""
    for function in template.functions():
        for line in template.statements_of(function):
            actions = [one for one in many(line["Action"]) if one.startswith("ssm:")]
            if not actions:
                continue
            if not all(text.startswith(OUR_SSM) for text in strings(line["Resource"])):
                yield f"{function}: reads parameters of others"
            if set(actions) - {"ssm:GetParameter"}:
                yield f"{function}: may do {actions} with secrets"


def mail_leaves_from_one_address(template: Template) -> Iterator[str]:
    """SES statements carry the sender in a condition."""
    for function in template.functions():
        for line in template.statements_of(function):
            if any(one.startswith("ses:") for one in many(line["Action"])):
                sender = line.get("Condition", {}).get("StringEquals", {}).get("ses:FromAddress")
                if sender != {"Ref": "SenderAddress"}:
                    yield f"{function}: may send from any address"


def nothing_travels_in_the_clear(template: Template) -> Iterator[str]:
    """Buckets, queues and topics deny what does not come over TLS."""
    denied = set()
    for _, policy in template.all(
        "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"
    ):
        for line in policy["PolicyDocument"]["Statement"]:
            clear = line.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
            if line["Effect"] == "Deny" and clear and line["Principal"] == "*":
                denied |= {target(one) for one in many(line["Resource"])}
    for name, _ in template.all("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic"):
        if name not in denied:
            yield f"{name}: takes requests in the clear"


def media_are_private(template: Template) -> Iterator[str]:
    """No public access, no access lists, encrypted, unfinished uploads taken away."""
    for name, bucket in template.all("AWS::S3::Bucket"):
        block = bucket.get("PublicAccessBlockConfiguration", {})
        if len(block) != 4 or not all(block.values()):
            yield f"{name}: may be public"
        owned = bucket.get("OwnershipControls", {}).get("Rules", [{}])[0].get("ObjectOwnership")
        if owned != "BucketOwnerEnforced":
            yield f"{name}: has access lists"
        if not bucket.get("BucketEncryption"):
            yield f"{name}: does not say its encryption"
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        if not any("AbortIncompleteMultipartUpload" in rule for rule in rules):
            yield f"{name}: keeps unfinished uploads"
        for rule in bucket.get("CorsConfiguration", {}).get("CorsRules", []):
            if rule["AllowedMethods"] != ["POST"] or "AllowedHeaders" in rule:
                yield f"{name}: pages may do more than send a signed form"


def the_table_outlives_mistakes(template: Template) -> Iterator[str]:
    """Retained, protected, restorable, paid by use, its personal data expiring."""
    for name, table in template.all("AWS::DynamoDB::Table"):
        said = (
            table.get("DeletionProtectionEnabled"),
            table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"),
            table.get("BillingMode"),
            table.get("TimeToLiveSpecification"),
        )
        expiry = {"AttributeName": "expires_at", "Enabled": True}
        if said != (True, True, "PAY_PER_REQUEST", expiry):
            yield f"{name}: is not protected, restorable, on demand and expiring"


def what_holds_state_says_its_end(template: Template) -> Iterator[str]:
    """Deletion and replacement agree; table and bucket are kept."""
    kept = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
    stateful = (*kept, "AWS::SQS::Queue", "AWS::Logs::LogGroup")
    for name, resource in template.resolved["Resources"].items():
        if resource["Type"] in stateful:
            ends = resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")
            expected = "Retain" if resource["Type"] in kept else "Delete"
            if ends != (expected, expected):
                yield f"{name}: ends by {ends}"


def the_api_is_throttled_and_logged(template: Template) -> Iterator[str]:
    """A stranger's flood is bounded; a log line never holds a path, which may be a signed link."""
    for name, stage in template.all("AWS::ApiGatewayV2::Stage"):
        settings = stage.get("DefaultRouteSettings", {})
        if not (0 < settings.get("ThrottlingRateLimit", 0) <= 100):
            yield f"{name}: is not throttled"
        if not (0 < settings.get("ThrottlingBurstLimit", 0) <= 200):
            yield f"{name}: bursts are not bounded"
        log = stage.get("AccessLogSettings", {})
        if not log:
            yield f"{name}: has no access log"
        for leak in ("$context.path", "rawPath", "querystring", "authorizer", "$context.http"):
            if leak in log.get("Format", ""):
                yield f"{name}: the access log holds {leak}"


def parameters_are_safe(template: Template) -> Iterator[str]:
    """Described, bounded, with a default, and never a secret."""
    for name, parameter in template.written["Parameters"].items():
        if not parameter.get("Description") or "Default" not in parameter:
            yield f"{name}: has no description or default"
        bounds = {"AllowedPattern", "AllowedValues", "MinValue"}
        if not bounds & set(parameter):
            yield f"{name}: takes anything"
        if parameter.get("NoEcho") or re.search(r"token|secret|password", name, re.IGNORECASE):
            yield f"{name}: is a secret"


RULES = (
    nothing_is_allowed_at_large,
    each_function_has_a_role_of_its_own,
    secrets_are_read_under_our_prefix,
    mail_leaves_from_one_address,
    nothing_travels_in_the_clear,
    media_are_private,
    the_table_outlives_mistakes,
    what_holds_state_says_its_end,
    the_api_is_throttled_and_logged,
    parameters_are_safe,
)
