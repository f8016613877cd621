"""`/auth`: registering, signing in and out. The token is answered and set as a cookie."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from ninja import Body, Router

from helpdesk import desk
from helpdesk.answers import answer, no_content
from helpdesk.door import ForeignOrigin
from helpdesk.errors import Unauthorized, ValidationFailed
from helpdesk.events.payloads import UserPayload
from helpdesk.people.credentials import cookie_name, says_foreign_origin
from helpdesk.people.shapes import user_payload
from tenants import platform_sessions
from tenants.door import PlatformRequest, platform_operation, require_person
from tenants.limits.counting import guessing
from tenants.limits.rules import network_of
from tenants.models import PlatformAdmin
from tenants.signin import actions, links
from tenants.signin.schemas import (
    ChangePassword,
    Confirmed,
    Forgot,
    Forgotten,
    Login,
    NewPasswordWithLink,
    Refresh,
    Register,
    SignedIn,
    Signup,
    WithLink,
)
from tenants.signin.steady import steady

router = Router()
router.add_decorator(platform_operation, mode="view")


@router.post("/register", operation_id="register", response={201: SignedIn}, summary="Register as a requester")
def register(request: PlatformRequest, body: Body[Register]) -> HttpResponse:
    """In the tenant of the host, or of `tenantId` or `tenantSlug`."""
    _require_no_foreign_page(request)
    tenant = actions.required_tenant(request.tenant, body)
    signed_in = actions.register(
        tenant,
        email=body.email,
        password=body.password,
        first_name=body.first_name,
        last_name=body.last_name,
        client=request.META["REMOTE_ADDR"],
    )
    return _with_cookie(signed_in, status=201)


@router.post("/signup", operation_id="signup", response={201: SignedIn}, summary="Register with one name")
def signup(request: PlatformRequest, body: Body[Signup]) -> HttpResponse:
    """As `/auth/register`, for callers that ask for one name."""
    _require_no_foreign_page(request)
    tenant = actions.required_tenant(request.tenant, body)
    first, _, last = body.name.partition(" ")
    signed_in = actions.register(
        tenant,
        email=body.email,
        password=body.password,
        first_name=first[:100],
        last_name=last.strip()[:100],
        client=request.META["REMOTE_ADDR"],
    )
    return _with_cookie(signed_in, status=201)


@router.post("/login", operation_id="login", response=SignedIn, summary="Sign in")
def login(request: PlatformRequest, body: Body[Login]) -> HttpResponse:
    """Several tenants with this address and password: 409 `choose_tenant` with their slugs."""
    _require_no_foreign_page(request)
    tenant = actions.named_tenant(request.tenant, body)
    wrong = (actions.WrongCredentials, actions.NotInTheFirstTenants)
    client = request.META["REMOTE_ADDR"]
    with guessing("login", actions.guessed_at(tenant, body.email), client, wrong=wrong) as guess:
        signed_in = actions.log_in(tenant, email=body.email, password=body.password, client=client)
        guess.proves = tenant is not None or actions.is_known_once(body.email)
    return _with_cookie(signed_in)


@router.post("/refresh", operation_id="refresh", response=SignedIn, summary="A new access token")
def refresh(request: PlatformRequest, body: Body[Refresh]) -> HttpResponse:
    """The refresh token stays valid until it expires or its session is signed out."""
    _require_no_foreign_page(request)
    address = request.META["REMOTE_ADDR"]
    with guessing("refresh", network_of(address), address, wrong=(Unauthorized,)):
        signed_in = actions.refresh(request.tenant, refresh_token=body.refresh_token)
    return _with_cookie(signed_in)


@router.post("/accept", operation_id="acceptInvitation", response=SignedIn, summary="Accept an invitation")
def accept(request: PlatformRequest, body: Body[NewPasswordWithLink]) -> HttpResponse:
    """With one's first password; signs in, and confirms the address. A link that is not good: 400 `link_ended`."""
    _require_no_foreign_page(request)
    client = request.META["REMOTE_ADDR"]
    return _with_cookie(links.accept(request.tenant, token=body.token, password=body.password, client=client))


@router.post("/forgot", operation_id="forgotPassword", response={202: Forgotten}, summary="Forgot one's password")
def forgot(request: PlatformRequest, body: Body[Forgot]) -> HttpResponse:
    """Mails a link. Neither the answer nor its time tells whether the address is known."""
    _require_no_foreign_page(request)
    with steady():
        links.forgot(actions.named_tenant(request.tenant, body), email=body.email)
    return answer(Forgotten(), status=202)


@router.post("/reset", operation_id="resetPassword", response=SignedIn, summary="Choose a new password")
def reset(request: PlatformRequest, body: Body[NewPasswordWithLink]) -> HttpResponse:
    """Ends every other session, signs in, and confirms the address. A link that is not good: 400 `link_ended`."""
    _require_no_foreign_page(request)
    client = request.META["REMOTE_ADDR"]
    return _with_cookie(links.reset(request.tenant, token=body.token, password=body.password, client=client))


@router.post("/confirm", operation_id="confirmAddress", response=Confirmed, summary="Confirm an address")
def confirm(request: PlatformRequest, body: Body[WithLink]) -> HttpResponse:
    """By whoever has the link, signed in or not. A link that is not good: 400 `link_ended`."""
    return answer(Confirmed(email=links.confirm(request.tenant, token=body.token)))


@router.get("/me", operation_id="getMe", response=UserPayload, summary="Who am I")
def me(request: PlatformRequest) -> HttpResponse:
    """As the database has one now, not as the token was made."""
    somebody = request.auth
    if isinstance(somebody, PlatformAdmin):
        return answer(platform_sessions.admin_payload(somebody))
    return answer(user_payload(somebody, tenant_id=desk.current().id))


@router.post("/password", operation_id="changePassword", response={204: None}, summary="Change one's password")
def change_password(request: PlatformRequest, body: Body[ChangePassword]) -> HttpResponse:
    """The session that asks stays, all others end."""
    person, session_id = require_person(request)
    with guessing("password", str(person.id), request.META["REMOTE_ADDR"], wrong=(ValidationFailed,)):
        actions.change_password(person, session_id=session_id, current=body.current_password, new=body.new_password)
    return no_content()


@router.post("/logout", operation_id="logout", response={204: None}, summary="Sign out")
def logout(request: PlatformRequest) -> HttpResponse:
    """Ends the session: its access and refresh tokens are refused from now on."""
    if (claims := request.credentials.claims) and claims.session_id:
        actions.log_out(request.auth, session_id=claims.session_id)
    response = no_content()
    response.delete_cookie(cookie_name(), samesite="Lax")
    return response


def _require_no_foreign_page(request: PlatformRequest) -> None:
    # Else another site could sign a visitor in as somebody else.
    if says_foreign_origin(request.headers):
        raise ForeignOrigin


def _with_cookie(signed_in: SignedIn, *, status: int = 200) -> HttpResponse:
    response = answer(signed_in, status=status)
    response.set_cookie(
        cookie_name(),
        signed_in.token,
        max_age=signed_in.expires_in,
        httponly=True,
        samesite="Lax",
        secure=settings.HUB_ENV == "production",
    )
    return response
