"""
`…/prices/`: what a team pays where no list says it: the list, set one, remove one.

Members read; owners and administrators set and remove. Each act leaves an audit entry; stored calls keep their cost.
"""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.price_answers import PriceAnswer, PriceBody, PricesAnswer, tell_price
from posthog.api.rest.strict_serializer import NoParameters
from posthog.api.rest.team_view import TeamView, parse
from posthog.llm_analytics.team_prices import PriceKey, find_team_price, remove_team_price, set_team_price
from posthog.models import CustomPrice


class PricesView(TeamView):
    @extend_schema(operation_id="list_prices", responses=PricesAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """The team's own prices, by model; of several that match a call the more exact one holds."""
        self.parse_query()
        prices = CustomPrice.objects.filter(team=self.team).order_by("model_pattern", "provider", "valid_from", "id")
        return Response(PricesAnswer({"prices": [tell_price(price) for price in prices]}).data)

    @extend_schema(operation_id="set_price", request=PriceBody, responses={200: PriceAnswer, 201: PriceAnswer})
    def post(self, request: Request, team_id: int) -> Response:
        """Set a price; one of the same model, provider and beginning is replaced (200), with all of its rates."""
        body = self.parse_body(PriceBody)
        key = PriceKey(
            model_pattern=body["model_pattern"], provider=body.get("provider"), valid_from=body.get("valid_from")
        )
        is_new = find_team_price(self.team, key) is None
        price = set_team_price(self.team, key, body["usd_per_mtok"], actor=self.actor)
        return Response(PriceAnswer(tell_price(price)).data, status=201 if is_new else 200)


class PriceView(TeamView):
    @extend_schema(operation_id="remove_price", request=None, responses={204: None})
    def delete(self, request: Request, team_id: int, price_id: int) -> Response:
        """Remove it: the next calls are priced by what else matches, or by the lists."""
        parse(NoParameters, request.query_params, team=self.team)
        price = CustomPrice.objects.filter(team=self.team, id=price_id).first()
        if price is None:
            raise NotFound("price_id: this team has no price of this id", "price_unknown")
        remove_team_price(price, actor=self.actor)
        return Response(status=204)
