"""The root of the API: its handlers of refusals, and the operations that belong to no single app."""

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError
from ninja.openapi.docs import Swagger

from troth import __version__
from troth.business.backorders import api as backorders
from troth.business.billing import api as billing
from troth.business.credit import api as credit
from troth.business.masterdata import api as masterdata
from troth.business.promising import api as promising
from troth.business.quotas import api as quotas
from troth.business.receivables import api as receivables
from troth.business.sales import api as sales
from troth.business.shipping import api as shipping
from troth.business.supply import api as supply
from troth.doors.api import blocks, desk, house, issues, requests, users
from troth.kernel.errors import BusinessError
from troth.platform.api import problems
from troth.platform.api.bodies import SentParser
from troth.platform.api.operations import TrothApi
from troth.platform.printing import api as papers

DESCRIPTION = """Customer order management, from the quotation to the paid invoice.

Show a token: `Authorization: Bearer troth_…`. Each creating call takes a key of your own making in `Idempotency-Key`:
a repeat gets the first answer and does nothing twice. A change states in `If-Match` the ETag of what it changes.
Refusals are `application/problem+json`, with a code, the facts, and what to do, by row and field.
Quantities and amounts are decimal text with their unit or currency beside them.
"""

ROUTERS = (
    house.operations,
    desk.operations,
    blocks.operations,
    issues.operations,
    requests.operations,
    users.operations,
    *masterdata.ROUTERS,
    *supply.ROUTERS,
    *promising.ROUTERS,
    quotas.operations,
    *sales.ROUTERS,
    *backorders.ROUTERS,
    credit.operations,
    *shipping.ROUTERS,
    billing.operations,
    receivables.operations,
    papers.operations,
)


def build() -> TrothApi:
    made = TrothApi(
        title="Troth",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        docs=Swagger({"persistAuthorization": True, "tryItOutEnabled": True}),
        parser=SentParser(),
    )
    made.exception_handler(BusinessError)(problems.refused)
    made.exception_handler(ValidationError)(problems.invalid)
    made.exception_handler(HttpError)(problems.failed)
    for router in ROUTERS:
        made.add_router("", router)
    return made


api = build()


def unknown(request: HttpRequest) -> HttpResponse:
    """Any other address below /api/."""
    return problems.answer(problems.plain(404))
