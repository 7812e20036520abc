//! Pages that JavaScript builds. What needs Chromium is compiled with `--features test-browser`.

use crate::courant::{Desk, text};
use crate::press::Press;

#[test]
fn without_chromium_its_package_is_named_and_other_sources_go_on() {
    let press = Press::start();
    crate::paper::print(&press);
    let desk = Desk::new(&format!(
        "[browser]\npath = \"/nowhere/chromium\"\n{}[sources.built]\nurl = \"{}\"\nrender = \"browser\"\n",
        crate::paper::source(&press),
        press.url("/news/")
    ));
    let checked = desk.run(&["check"]);
    assert!(checked.status.success());
    let warned = text(&checked.stderr);
    assert!(warned.contains("render = \"browser\"") && warned.contains("Debian's package `chromium`"), "{warned}");
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    let built = desk.status("built");
    let reason = built["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("/nowhere/chromium") && reason.contains("package `chromium`"), "{reason}");
    assert_eq!(desk.status("lantern")["outcome"], "ok");
}

#[test]
fn what_a_browser_is_told_is_checked() {
    let desk = Desk::new("");
    for (table, expected) in [
        ("wait = \"ul >\"", "wait"),
        ("wait = \"$.rows\"", "no CSS selector"),
        ("steps = [{ click = \"a[\" }]", "click"),
        ("steps = [{ click = \"a\", scroll = 2 }]", "one thing"),
        ("steps = [{ times = 2 }]", "does nothing"),
        ("steps = [{ scroll = 2, times = 3 }]", "belongs to `click`"),
        ("steps = [{ scroll = 0 }]", "out of bounds"),
        ("steps = [{ press = \"a\" }]", "unknown key `press`"),
        ("click = \"a\"", "belongs in"),
    ] {
        desk.write(&format!(
            "[sources.x]\nurl = \"https://a.example/\"\nrender = \"browser\"\n[sources.x.browser]\n{table}\n"
        ));
        let output = desk.run(&["check"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{table}: {said}");
        assert!(said.contains(expected) && said.contains('^'), "{table}: {said}");
    }
    desk.write(
        "[browser]\ntabs = 3\nmemory = \"800MB\"\ntimeout = \"20s\"\n[sources.x]\nurl = \"https://a.example/\"\n\
         [sources.x.browser]\nwait = \"ul.news > li\"\nsteps = [{ click = \"button.more\", times = 3 }, { scroll = 5 }]\n",
    );
    let output = desk.run(&["check"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("none is used"), "{}", text(&output.stderr));
    desk.write("[browser]\nmemory = \"10MB\"\ntimeout = \"1s\"\n");
    assert_eq!(desk.run(&["check"]).status.code(), Some(2));
}

#[cfg(feature = "test-browser")]
mod with_chromium {
    use std::process::Command;

    use super::*;
    use crate::certificates::{Authority, GOOD};
    use crate::paper::{self, LINES};
    use crate::press::Sheet;

    /// A page without content, whose script builds the list of what the press gives it: all, or so many, and more with
    /// each click.
    fn shell(script: &str) -> Sheet {
        Sheet::html(format!(
            "<!DOCTYPE html><html lang=\"en\"><head><title>The Ferrow Lantern</title></head><body>\
             <div id=\"app\"></div><script>{script}</script></body></html>"
        ))
    }

    const BUILD: &str = "
        const app = document.getElementById('app');
        const row = l => `<li><h3><a href='/news/${l.slug}.html'>${l.title}</a></h3><time>${l.day}</time></li>`;
        let all = [], shown = 0;
        const more = n => { shown += n; list.innerHTML = all.slice(0, shown).map(row).join(''); };
        const list = document.createElement('ul');";

    fn lines() -> Sheet {
        let rows: Vec<_> =
            LINES.iter().map(|l| serde_json::json!({"slug": l.slug, "title": l.title, "day": l.day})).collect();
        Sheet::new("application/json", serde_json::to_string(&rows).expect("JSON"))
    }

    /// A press whose front page at `/app/` is built by a script, and whose articles are plain.
    fn built() -> Press {
        built_on(Press::start())
    }

    fn built_on(press: Press) -> Press {
        paper::print(&press);
        press.set("/api/news", lines());
        // A mark of each visit, as many pages carry one.
        let script = "const mark = document.createElement('script'); mark.textContent = '// ' + Math.random(); document.head.append(mark);
            setTimeout(() => fetch('/api/news').then(r => r.json()).then(l => { all = l; app.append(list); more(99) }), 300);";
        let page = shell(&format!("{BUILD}{script}"));
        press.set("/app/", page.with("Set-Cookie", "seen=1; Path=/"));
        press
    }

    fn source(press: &Press, path: &str, more: &str) -> String {
        format!("[sources.app]\nurl = \"{}\"\n{more}\n", press.url(path))
    }

    fn titles(desk: &Desk) -> usize {
        desk.status("app")["entries"].as_u64().unwrap_or_default() as usize
    }

    #[test]
    fn who_believes_anybody_believes_what_a_page_loads_too() {
        let press = built_on(Authority::new().site(GOOD));
        let desk = Desk::new(&source(&press, "/app/", "render = \"browser\"\nrequest = { tls_verify = false }"));
        let line = desk.ok(&["fetch"]);
        assert!(line.contains("6 listed, 6 new, 6 articles read"), "{line}");
    }

    #[test]
    fn a_list_that_a_script_builds_is_read_and_told_as_unchanged() {
        let press = built();
        press.set("/robots.txt", Sheet::new("text/plain", "User-agent: *\nDisallow: /private\n"));
        let desk = Desk::new(&source(
            &press,
            "/app/",
            "render = \"browser\"\nrequest = { headers = { X-Key = \"own\", Cookie = \"k=v\" } }",
        ));
        let line = desk.ok(&["fetch"]);
        assert!(line.contains("6 listed, 6 new, 6 articles read"), "{line}");
        let line = desk.ok(&["fetch", "app"]);
        assert!(line.contains("unchanged"), "{line}");
        // The page itself is asked for as any page is: once a run, by our own name, after robots.txt.
        assert_eq!(press.asked("/robots.txt").len(), 1, "kept from one process to the next");
        let top = press.asked("/app/");
        assert_eq!(top.len(), 2);
        let loaded = press.asked("/api/news");
        for asked in top.iter().chain(&loaded) {
            assert!(asked.headers["user-agent"].contains("Courant/"), "{asked:?}");
            assert_eq!(asked.headers["x-key"], "own", "{asked:?}");
        }
        assert!(top.iter().all(|asked| asked.headers["cookie"] == "k=v"), "{top:?}");
        assert!(loaded.iter().all(|asked| asked.headers["cookie"] == "k=v; seen=1"), "{loaded:?}");
        let shown = desk.ok(&["preview", "app"]);
        assert!(shown.contains(LINES[5].title), "{shown}");
        let shown = desk.ok(&["preview", "--browser", &press.url("/app/")]);
        assert!(shown.contains(LINES[5].title), "{shown}");
        let empty = Desk::new("");
        let added = empty.ok(&["add", &press.url("/app/")]);
        assert!(added.contains("6 entries") && added.contains("render = \"browser\""), "{added}");
        assert!(empty.ok(&["fetch"]).contains("6 new"));
    }

    #[test]
    fn auto_uses_a_browser_for_a_shell_only() {
        let press = built();
        let desk = Desk::new(&format!(
            "{}[sources.plain]\nurl = \"{}\"\nrender = \"auto\"\n",
            source(&press, "/app/", "render = \"auto\""),
            press.url("/news/")
        ));
        desk.ok(&["fetch"]);
        assert_eq!(titles(&desk), 6);
        assert_eq!(press.asked("/app/").len(), 1, "the plain answer is what the browser shows");
        assert_eq!(desk.status("plain")["entries"], 6);
        assert_eq!(press.asked("/api/news")[0].headers["cookie"], "seen=1");
        assert!(desk.ok(&["fetch", "app"]).contains("unchanged"));
        // Without a browser the same page is named as what it is.
        let plain = Desk::new(&source(&press, "/app/", ""));
        assert_eq!(plain.run(&["fetch"]).status.code(), Some(1));
        let reason = plain.status("app")["reason"].to_string();
        assert!(reason.contains("shell") && reason.contains("render"), "{reason}");
    }

    #[test]
    fn more_is_clicked_and_scrolled_for() {
        let press = built();
        let script = "fetch('/api/news').then(r => r.json()).then(l => {
            all = l; app.append(list); more(2);
            const b = document.createElement('button'); b.className = 'more'; b.textContent = 'More';
            b.onclick = () => setTimeout(() => { more(1); if (shown >= 4) b.remove() }, 200);
            app.append(b);
            const tall = document.createElement('div'); tall.style.height = '5000px'; app.append(tall);
            addEventListener('scroll', () => setTimeout(() => { if (shown < 6) more(1) }, 100));
        });";
        press.set("/app/", shell(&format!("{BUILD}{script}")));
        let desk = Desk::new(&source(
            &press,
            "/app/",
            "render = \"browser\"\n[sources.app.browser]\nwait = \"ul li a\"\n\
             steps = [{ click = \"button.more\", times = 9 }, { scroll = 3 }]",
        ));
        let line = desk.ok(&["fetch"]);
        assert!(line.contains("6 listed") || line.contains("5 listed"), "{line}");
        let wait = "render = \"browser\"\n[sources.app.listing]\nitem = \"ul li\"\n";
        let desk = Desk::new(&source(&press, "/app/", wait));
        let line = desk.ok(&["fetch"]);
        assert!(line.contains("2 listed"), "{line}");
    }

    #[test]
    fn a_box_within_the_page_is_scrolled_too() {
        let press = built();
        let script = "fetch('/api/news').then(r => r.json()).then(l => {
            all = l; app.append(list); more(2);
            app.style = 'height: 400px; overflow: auto';
            const tall = document.createElement('div'); tall.style.height = '5000px'; app.append(tall);
            app.addEventListener('scroll', () => setTimeout(() => { if (shown < 6) more(2) }, 100));
        });";
        press.set("/app/", shell(&format!("{BUILD}{script}")));
        let steps =
            "render = \"browser\"\nbrowser = { steps = [{ scroll = 1 }] }\n[sources.app.listing]\nitem = \"ul li\"\n";
        let desk = Desk::new(&source(&press, "/app/", steps));
        let line = desk.ok(&["fetch"]);
        assert!(line.contains("4 listed") || line.contains("6 listed"), "{line}");
    }

    #[test]
    fn a_list_that_comes_in_parts_is_read_whole() {
        let press = built();
        let script = "fetch('/api/news').then(r => r.json()).then(l => {
            all = l; app.append(list); more(3); setTimeout(() => more(3), 1800);
        });";
        press.set("/app/", shell(&format!("{BUILD}{script}")));
        for more in ["", "[sources.app.listing]\nitem = \"ul li\"\n"] {
            let desk = Desk::new(&source(&press, "/app/", &format!("render = \"browser\"\n{more}")));
            let line = desk.ok(&["fetch"]);
            assert!(line.contains("6 listed"), "{line}");
        }
    }

    /// Kills the browser's process for the network once a page has asked for so many lists.
    fn unplug(desk: &Desk, press: &Press, asked: usize) {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while press.asked("/api/news").len() < asked {
            assert!(std::time::Instant::now() < until, "nobody asked {asked} times");
            std::thread::yield_now();
        }
        let listed = Command::new("ps").args(["-eo", "pid,args"]).output().expect("ps runs");
        let folder = desk.folder.path().display().to_string();
        let listed = text(&listed.stdout);
        let is_network = |line: &&str| line.contains("network.mojom.NetworkService") && line.contains(&folder);
        let line = listed.lines().find(is_network).expect("a process for the network");
        let pid = line.split_whitespace().next().expect("a number");
        assert!(Command::new("kill").args(["-9", pid]).status().expect("kill runs").success());
    }

    #[test]
    fn a_page_whose_browser_loses_the_network_is_shown_again_and_told_when_that_fails() {
        for (times, outcome) in [(1, "ok"), (2, "broken")] {
            let press = built();
            press.set("/api/news", lines().held());
            let more = "render = \"browser\"\n[browser]\ntimeout = \"10s\"\n";
            let desk = Desk::new(&source(&press, "/app/", more));
            std::thread::scope(|scope| {
                let run = scope.spawn(|| desk.run(&["fetch"]));
                for time in 1..=times {
                    unplug(&desk, &press, time);
                    if time == times {
                        press.set("/api/news", lines());
                    }
                }
                run.join().expect("a run");
            });
            press.release();
            let state = desk.status("app");
            assert_eq!(state["outcome"], outcome, "{state}");
            let reason = state["reason"].to_string();
            assert_eq!(reason.contains("process for the network died"), times == 2, "{reason}");
        }
    }

    #[test]
    fn a_page_that_hangs_is_closed_and_one_that_kills_the_browser_leaves_the_next_unharmed() {
        let press = built();
        press.set("/hang/", shell("for (;;) {}"));
        let kill = "const a = []; for (;;) { const b = new Uint8Array(1 << 26); crypto.getRandomValues(b.subarray(0, 65536)); b.fill(7); a.push(b) }";
        press.set("/kill/", shell(kill));
        let desk = Desk::new(&format!(
            "[browser]\ntabs = 1\ntimeout = \"8s\"\nmemory = \"600MB\"\n\
             [sources.hang]\nurl = \"{}\"\nrender = \"browser\"\n[sources.kill]\nurl = \"{}\"\nrender = \"browser\"\n{}",
            press.url("/hang/"),
            press.url("/kill/"),
            source(&press, "/app/", "render = \"browser\"")
        ));
        assert_eq!(desk.run(&["fetch", "hang"]).status.code(), Some(1));
        let reason = desk.status("hang")["reason"].to_string();
        assert!(reason.contains("kept the browser busy"), "{reason}");
        assert_eq!(desk.run(&["fetch", "kill", "hang", "app"]).status.code(), Some(1));
        let reason = desk.status("kill")["reason"].to_string();
        assert!(reason.contains("more than 572 MiB") || reason.contains("crashed"), "{reason}");
        assert_eq!(titles(&desk), 6);
        assert_nothing_left(&desk);
    }

    #[test]
    fn a_page_reaches_no_private_address_but_its_own() {
        let press = built();
        let other = Press::start();
        other.set("/secret.js", Sheet::new("text/javascript", "document.title = 'leaked'"));
        let beside = format!("http://127.0.0.2:{}", other.address.port());
        let script = format!(
            "fetch('{beside}/fetched', {{ mode: 'no-cors' }}).catch(() => 0);
             const s = document.createElement('script'); s.src = '{beside}/secret.js'; document.body.append(s);
             const f = document.createElement('iframe'); f.src = '{beside}/framed'; document.body.append(f);
             new Image().src = '{beside}/pictured'; navigator.sendBeacon('{beside}/sent');
             new WebSocket('ws://127.0.0.2:{}/socket'); window.open('{beside}/opened');
             new Worker(URL.createObjectURL(new Blob([\"fetch('{beside}/worked', {{ mode: 'no-cors' }})\"])));
             fetch('/api/news').then(r => r.json()).then(l => {{ all = l; app.append(list); more(99) }});",
            other.address.port()
        );
        press.set("/app/", shell(&format!("{BUILD}{script}")));
        // Only the page's own address is opened, not the range.
        let desk = Desk::new("");
        desk.write_file(
            "feeds.toml",
            &format!(
                "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:courant.db\"\n\
                 [fetch]\nallow_private = [\"127.0.0.1/32\"]\n{}",
                source(&press, "/app/", "render = \"browser\"")
            ),
        );
        desk.ok(&["fetch"]);
        assert_eq!(titles(&desk), 6);
        for path in ["/fetched", "/secret.js", "/framed", "/pictured", "/sent", "/socket", "/opened", "/worked"] {
            assert!(other.asked(path).is_empty(), "{path} was asked for");
        }
    }

    #[test]
    fn where_a_script_leads_is_asked_for_as_any_page_is() {
        let press = built();
        press.set("/", shell("location.replace('/door/')"));
        press.set("/door/", Sheet::status(302).with("Location", "/app/"));
        press.set("/robots.txt", Sheet::new("text/plain", "User-agent: *\nDisallow: /private\n"));
        let desk = Desk::new(&source(&press, "/", "render = \"browser\""));
        desk.ok(&["fetch"]);
        assert_eq!((titles(&desk), press.asked("/app/").len()), (6, 1));
        press.set("/", shell("location.replace('/private/news')"));
        let desk = Desk::new(&format!("[browser]\ntimeout = \"8s\"\n{}", source(&press, "/", "render = \"browser\"")));
        assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
        assert_eq!(desk.status("app")["outcome"], "blocked");
        assert!(press.asked("/private/news").is_empty());
        press.set("/", shell("location.reload()"));
        assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
        let reason = desk.status("app")["reason"].to_string();
        assert!(reason.contains("again and again"), "{reason}");
        // And what stays empty is told as empty.
        press.set("/", shell("document.title = 'x'"));
        assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
        let state = desk.status("app");
        assert_eq!(state["outcome"], "structure-missing");
        assert!(state["reason"].to_string().contains("empty in the browser too"), "{state}");
    }

    #[test]
    fn a_page_that_leads_to_what_is_no_page_is_read_as_it_stands() {
        let press = built();
        press.set("/robots.txt", Sheet::new("text/plain", "User-agent: *\nDisallow: /private\n"));
        press.set("/file.pdf", Sheet::new("application/pdf", "%PDF-1.7"));
        press.set("/file.csv", Sheet::new("text/csv", "a,b"));
        press.set("/nothing", Sheet::status(204));
        let mut sources = String::new();
        let leads =
            ["/file.pdf", "/file.csv", "/nothing", "/missing", "/private/news", "http://10.0.0.1/", "file:///etc/"];
        for (n, target) in leads.iter().enumerate() {
            let script = format!(
                "fetch('/api/news').then(r => r.json())
                    .then(l => {{ all = l; app.append(list); more(99); location.href = '{target}' }});"
            );
            press.set(&format!("/{n}/"), shell(&format!("{BUILD}{script}")));
            let url = press.url(&format!("/{n}/"));
            sources.push_str(&format!("[sources.s{n}]\nurl = \"{url}\"\nrender = \"browser\"\narticle = \"never\"\n"));
        }
        let desk = Desk::new(&sources);
        desk.ok(&["fetch"]);
        for (n, target) in leads.iter().enumerate() {
            assert_eq!(desk.status(&format!("s{n}"))["entries"], 6, "{target}");
        }
        assert!(press.asked("/private/news").is_empty());
    }

    #[test]
    fn a_page_beside_one_that_has_the_browser_stopped_is_shown_again() {
        let press = built();
        press.set("/api/news", lines().held());
        // It begins when the other page is open, and waits for its list.
        let hog =
            "const a = [], hog = () => { while (a.length < 14) { const b = new Uint8Array(1 << 26); b.fill(7); a.push(b) } };
            const go = () => fetch('/go').then(r => r.ok ? hog() : setTimeout(go, 100)); go()";
        press.set("/hog/", shell(hog));
        let desk = Desk::new(&format!(
            "[browser]\ntabs = 2\ntimeout = \"20s\"\nmemory = \"600MB\"\n[hosts.\"127.0.0.1\"]\nparallel = 2\n\
             [sources.hog]\nurl = \"{}\"\nrender = \"browser\"\n{}",
            press.url("/hog/"),
            source(&press, "/app/", "render = \"browser\"")
        ));
        std::thread::scope(|scope| {
            let run = scope.spawn(|| desk.run(&["fetch"]));
            press.wait_for("/api/news");
            press.set("/api/news", lines());
            press.set("/go", Sheet::html("go"));
            assert_eq!(run.join().expect("a run").status.code(), Some(1));
        });
        assert_eq!(titles(&desk), 6);
        let reason = desk.status("hog")["reason"].to_string();
        assert!(reason.contains("more than 572 MiB"), "{reason}");
        assert!(press.asked("/hog/").len() == 1 && press.asked("/app/").len() == 1, "fetched once, shown twice");
    }

    #[test]
    fn nothing_is_left_of_the_browser_when_the_daemon_ends_or_is_killed() {
        for signal in [15, 9] {
            let press = built();
            press.set("/hang/", shell("for (;;) {}"));
            let desk = Desk::new(&format!(
                "{}[sources.hang]\nurl = \"{}\"\nrender = \"browser\"\n",
                source(&press, "/app/", "render = \"browser\""),
                press.url("/hang/")
            ));
            let mut daemon = desk.daemon();
            daemon.harvested("app");
            press.wait_for("/hang/");
            assert!(browsers(&desk) > 0);
            daemon.signal(signal);
            daemon.ended();
            assert_nothing_left(&desk);
        }
    }

    /// Processes of browsers that this desk's programs started: their folder for what is temporary is the desk's.
    fn browsers(desk: &Desk) -> usize {
        let listed = Command::new("ps").args(["-eo", "args"]).output().expect("ps runs");
        let folder = desk.folder.path().display().to_string();
        text(&listed.stdout).lines().filter(|line| line.contains("courant-browser-") && line.contains(&folder)).count()
    }

    /// Waits for the end of what is just ending.
    fn assert_nothing_left(desk: &Desk) {
        let left = || {
            let names = std::fs::read_dir(desk.folder.path()).expect("a folder").flatten();
            let folders = names.filter(|e| e.file_name().to_string_lossy().starts_with("courant-browser-")).count();
            folders + browsers(desk)
        };
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while left() > 0 && std::time::Instant::now() < until {
            std::thread::yield_now();
        }
        assert_eq!(left(), 0);
    }
}
