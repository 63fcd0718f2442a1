"""The admin site opens by role, like everything else: Django's own flags (staff, superuser) give nothing."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.http import HttpRequest

VIEW, ADMINISTER = "masterdata.view_customizing", "platform.administer"


class Site(AdminSite):
    """The admin site for the roles that have something to do in it."""

    site_header = site_title = "Troth"
    index_title = "Tables"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and (actor.may(VIEW) or actor.may(ADMINISTER))


class AdminConfig(DjangoAdminConfig):
    default_site = "troth.platform.admin_site.Site"
