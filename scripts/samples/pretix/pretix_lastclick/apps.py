from pretix.base.plugins import PluginConfig


class PluginApp(PluginConfig):
    name = "pretix_lastclick"
    verbose_name = "lastclick"

    class PretixPluginMeta:
        name = "lastclick"
        author = "lastclick"
        description = "Puts the click of a tracking link into the order"
        version = "1.0.0"
        category = "INTEGRATION"
        compatibility = "pretix>=2024.7"

    def ready(self):
        from . import signals  # noqa: F401
