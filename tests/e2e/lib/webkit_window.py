"""webkit_window.py FOLDER AGENT: a window of WebKitGTK for WebKitWebDriver that keeps its data in FOLDER.

WebKit's own MiniBrowser forgets everything when a driver starts it. What Safari has and WebKitGTK leaves off
is turned on: the origin-private file system.
"""
import os
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402  (the versions have to be said first)

FEATURES = ("FileSystem", "AccessHandle", "StorageAPI")
PHONE = (412, 823)


def settings(agent: str) -> WebKit2.Settings:
    made = WebKit2.Settings()
    made.set_user_agent(agent)
    known = WebKit2.Settings.get_all_features()
    for feature in (known.get(at) for at in range(known.get_length())):
        if feature.get_identifier() in FEATURES:
            made.set_feature_enabled(feature, True)
    return made


def main(folder: str, agent: str) -> None:
    manager = WebKit2.WebsiteDataManager(base_data_directory=os.path.join(folder, "data"),
                                         base_cache_directory=os.path.join(folder, "cache"))
    context = WebKit2.WebContext.new_with_website_data_manager(manager)
    context.set_automation_allowed(True)
    window = Gtk.Window()
    window.set_default_size(*PHONE)

    def begin(_context: WebKit2.WebContext, session: WebKit2.AutomationSession) -> None:
        view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True, settings=settings(agent))
        window.add(view)
        window.show_all()
        session.connect("create-web-view", lambda *_: view)

    context.connect("automation-started", begin)
    Gtk.main()


main(*sys.argv[1:])
