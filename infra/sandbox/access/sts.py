"""STS, answered by the sandbox: moto hands credentials to whoever asks, for any role and any token.

Source: AWS Security Token Service API Reference.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from infra.sandbox.access.enforcement import Access, DeniedError
from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.access.principals import Credentials
from infra.sandbox.access.refusals import DENIED, Answer, query_error
from infra.sandbox.access.web_identity import InvalidTokenError, Provider, Verifier, WebIdentity

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
_SHORTEST_SECONDS = 900
_DEFAULT_SECONDS = 3600
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class Sts:
    """The three operations that our systems use."""

    def __init__(self, access: Access, verifier: Verifier | None = None) -> None:
        self._access = access
        self._verifier = verifier or Verifier(self.provider)

    def provider(self, name: str) -> Provider | None:
        """Return an OIDC provider of the account by its URL without scheme."""
        for found in list(self._access.stored.iam.open_id_providers.values()):
            if found.url.rstrip("/") == name.rstrip("/"):
                return Provider(found.arn, found.url.rstrip("/"), tuple(found.client_id_list))
        return None

    def answer(self, who: Principal, form: Mapping[str, str]) -> Answer:
        """Answer a request of the query protocol by `who`."""
        operation = form.get("Action", "")
        try:
            if operation == "AssumeRoleWithWebIdentity":
                return self._with_web_identity(form)
            if who.kind == "anonymous":
                return query_error("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
            if operation == "GetCallerIdentity":
                return _identity(who)
            if operation == "AssumeRole":
                return self._assume(who, form)
        except DeniedError as error:
            return query_error(DENIED, str(error), 403)
        except InvalidTokenError as error:
            return query_error(error.code, str(error))
        except _ValidationError as error:
            return query_error("ValidationError", str(error))
        return query_error("InvalidAction", f"{operation} is not known to the sandbox")

    def _assume(self, who: Principal, form: Mapping[str, str]) -> Answer:
        role, name = _wanted(form)
        context = {"sts:rolesessionname": (name,)}
        if "ExternalId" in form:
            context["sts:externalid"] = (form["ExternalId"],)
        self._access.demand_assumption(who, role, context)
        credentials = self._session(role, name, form, {})
        return _answer("AssumeRole", _of_session(credentials))

    def _with_web_identity(self, form: Mapping[str, str]) -> Answer:
        role, name = _wanted(form)
        identity = self._verifier.verify(form.get("WebIdentityToken", ""))
        facts = _facts(identity)
        subject = Principal("web_identity", identity.provider.arn, provider=identity.provider.arn)
        self._access.demand_assumption(subject, role, {**facts, "sts:rolesessionname": (name,)})
        credentials = self._session(role, name, form, facts)
        told = (
            f"<SubjectFromWebIdentityToken>{escape(identity.subject)}</SubjectFromWebIdentityToken>"
            f"<Audience>{escape(identity.audience)}</Audience>"
            f"<Provider>{escape(identity.provider.arn)}</Provider>"
        )
        return _answer("AssumeRoleWithWebIdentity", _of_session(credentials) + told)

    def _session(
        self, role_arn: str, name: str, form: Mapping[str, str], facts: Mapping[str, tuple[str, ...]]
    ) -> Credentials:
        role = self._access.stored.role(role_arn)
        longest = int((role.max_session_duration if role else None) or _DEFAULT_SECONDS)
        asked = form.get("DurationSeconds", str(_DEFAULT_SECONDS))
        if not asked.isdecimal() or not _SHORTEST_SECONDS <= int(asked) <= longest:
            raise _ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        issued = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = {**facts, "aws:tokenissuetime": (issued,)}
        return self._access.principals.session(role_arn, name, timedelta(seconds=int(asked)), facts)


class _ValidationError(Exception):
    pass


def _wanted(form: Mapping[str, str]) -> tuple[str, str]:
    role, name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
    if not re.fullmatch("arn:aws:iam::[0-9]{12}:role/.+", role) or not _SESSION_NAME.fullmatch(name):
        raise _ValidationError("RoleArn and RoleSessionName are needed")
    unknown = [key for key in form if key.startswith(("Policy", "Tags.", "TransitiveTagKeys", "SerialNumber"))]
    if unknown:  # a session that may do less is not to be given one that may do more
        raise _ValidationError(f"{unknown[0]} is not known to the sandbox")
    return role, name


def _facts(identity: WebIdentity) -> dict[str, tuple[str, ...]]:
    issuer = identity.provider.name.lower()
    facts: dict[str, tuple[str, ...]] = {f"{issuer}:aud": (identity.audience,), f"{issuer}:sub": (identity.subject,)}
    if identity.authorized_party is not None:
        facts[f"{issuer}:azp"] = (identity.authorized_party,)
    return facts | {"aws:federatedprovider": (identity.provider.arn,)}


def _of_session(credentials: Credentials) -> str:
    expires = credentials.expires or datetime.now(UTC)
    name = credentials.principal.arn.rsplit("/", 1)[-1]
    return (
        "<Credentials>"
        f"<AccessKeyId>{credentials.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{credentials.secret_access_key}</SecretAccessKey>"
        f"<SessionToken>{credentials.session_token}</SessionToken>"
        f"<Expiration>{expires:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
        "</Credentials>"
        f"<AssumedRoleUser><Arn>{credentials.principal.arn}</Arn>"
        f"<AssumedRoleId>AROASANDBOX0000000000:{escape(name)}</AssumedRoleId></AssumedRoleUser>"
    )


def _identity(who: Principal) -> Answer:
    user = who.account if who.kind == "operator" else f"AROASANDBOX0000000000:{who.arn.rsplit('/', 1)[-1]}"
    told = f"<Arn>{escape(who.arn)}</Arn><UserId>{escape(user)}</UserId><Account>{who.account}</Account>"
    return _answer("GetCallerIdentity", told)


def _answer(operation: str, content: str) -> Answer:
    xml = (
        f'<{operation}Response xmlns="{_NAMESPACE}"><{operation}Result>{content}</{operation}Result>'
        f"<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return Answer(200, {"Content-Type": "text/xml"}, xml.encode())
