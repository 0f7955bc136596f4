import logging
import re

from django.dispatch import receiver
from pretix.presale.signals import order_api_meta_from_request
from pretix.presale.views.cart import cart_session

logger = logging.getLogger(__name__)
SIGNED = re.compile(r"[A-Za-z0-9_-]{20,1024}")


@receiver(order_api_meta_from_request, dispatch_uid="lastclick_api_meta")
def click_into_order(sender, request, **kwargs):
    """Returns what lastclick reads from the order: {"lastclick": "…"}, or nothing.

    The cookie comes where the shop and the shortlinks share a domain; the widget's
    data-tracking-lastclick where the page around it has the parameter that
    `event set SLUG --carry pretix` adds.
    """
    try:
        widget = cart_session(request).get("widget_data") or {}
        for value in (request.COOKIES.get("lastclick"), widget.get("tracking-lastclick")):
            if isinstance(value, str) and SIGNED.fullmatch(value):
                return {"lastclick": value}
    except Exception:  # pretix lets an error of a plugin end the sale
        logger.exception("lastclick: the click is not in the order")
    return {}
