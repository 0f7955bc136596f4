package web

import (
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

var botAgents = []string{
	"", " ",
	"WhatsApp/2.23.20.0 A", "WhatsApp/2.2336.9 N",
	"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookexternalhit/1.1;line-poker/1.0", "Facebot",
	"facebookcatalog/1.0", "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)", "meta-externalfetcher/1.1",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
	"Twitterbot/1.0", "TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slack-ImgProxy (+https://api.slack.com/robots)",
	"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
	"Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com", "Viber/13.3.0.1 CFNetwork/1220.1 Darwin/20.3.0",
	"Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots", "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.social/)", "Mastodon/4.3.0 (http.rb/5.2.0)",
	"Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
	"Pinterest/0.2 (+http://www.pinterest.com/)", "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
	"Mozilla/5.0 (compatible; MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview)", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) BingPreview/1.0b",
	"Iframely/1.3.1 (+https://iframely.com/docs/about)", "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)", "NotionEmbedder",
	"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
	"Mozilla/5.0 (Linux; Android 10) thirdLandingPageFeInfra", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
	"Mozilla/4.0 (compatible; ms-office; MSOffice 16)", "Barracuda Sentinel (EE)",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
	"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
	"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0)",
	"Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
	"Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/100.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36", "Chrome-Lighthouse",
	"curl/8.5.0", "Wget/1.21.4", "python-requests/2.31.0", "Python/3.11 aiohttp/3.9.1", "Python-urllib/3.8", "python-httpx/0.27", "Go-http-client/1.1", "Go-http-client/2.0",
	"Java/17.0.1", "Apache-HttpClient/4.5.14 (Java/17)", "okhttp/4.12.0", "axios/1.6.0", "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", "node", "undici", "got (https://github.com/sindresorhus/got)",
	"libwww-perl/6.67", "Ruby", "Faraday v2.7", "GuzzleHttp/7", "PHP/8.2", "PostmanRuntime/7.36.0", "HTTPie/3.2.2", "Dart/3.2 (dart:io)", "reqwest/0.11",
	"Mozilla/5.0 (Windows NT; Windows NT 10.0; en-GB) WindowsPowerShell/5.1.22621", "Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B)", "Tickets/3 CFNetwork/1410.0.3 Darwin/22.6.0",
	"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
}

var personAgents = []string{
	browser,
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
	"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
	"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0 Mobile Safari/537.36", "Mozilla/5.0 (Linux; Android 12; CUBOT KING KONG 5 Pro) AppleWebKit/537.36",
	"Mozilla/5.0 (Linux; Android 12; Pixel 4a Build/SQ3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/103.0 Mobile Safari/537.36 Instagram 219.0.0.12.117 Android (31/12; 420dpi; 1080x2138; Google/google; Pixel 4a; sunfish; sunfish; en_GB; 340011808)",
	"Mozilla/5.0 (Linux; Android 13; 22101316G Build/TP1A; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 Instagram 310.0.0 Android (33/13; 440dpi; 1080x2177; Xiaomi/Redmi; 22101316G; ruby; mt6877; en_GB)",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 309.0.0.28.110 (iPhone14,5; iOS 17_1; en_GB; en-GB; scale=3.00; 1170x2532; 537288535)",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/441.0.0.25.107;FBBV/537;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.1;FBSS/3;FBID/phone;FBLC/en_GB]",
	"Mozilla/5.0 (Linux; Android 13; SM-G991B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/441.0.0.38.108;]",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Snapchat/12.55.0.31 (like Safari/8615.3.12.10.2, panda)",
	"Mozilla/5.0 (Linux; Android 12; SM-A525F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36 Viber/21.1", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [Pinterest/iOS]",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 musical_ly_33.0.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en Region/GB BytedanceWebview/d8a21c6",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Outlook-iOS/709.2189947.prod.iphone (4.2335.0)", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/290.0 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.29", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Twitter for iPhone/10.15",
	"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
	"Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16", "Mozilla/5.0 (Linux; U; Android 12; en-US; SM-A125F) AppleWebKit/537.36 UCBrowser/13.4.0 Mobile Safari/537.36",
	"Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)", "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/120.0 Mobile DuckDuckGo/5 Safari/537.36",
	"Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15", "Lynx/2.9.0dev.12 libwww-FM/2.14SSL-MM/1.4.1",
}

func TestIsBot_Agents_BotsApartFromPeople(t *testing.T) {
	is := func(agent string) bool { return isBot(http.Header{"User-Agent": {agent}}) }
	if !isBot(http.Header{}) {
		t.Error("a request without a User-Agent is taken for a person's")
	}
	for _, agent := range botAgents {
		if !is(agent) {
			t.Errorf("taken for a person: %q", agent)
		}
	}
	for _, agent := range personAgents {
		if is(agent) {
			t.Errorf("taken for a bot: %q", agent)
		}
	}
}

// peopleOfTheList are parts of User-Agents that the list of crawlers holds, and with which people open links:
// they count as people's.
var peopleOfTheList = map[string]string{
	"Instagram 406":    "Instagram's own browser",
	"MetaIAB Facebook": "Facebook's own browser",
	"Code/1.115.0":     "the browser of an editor (VS Code)",
	"Trae/1.107.1":     "the browser of an editor (Trae)",
	"Safari/528.16":    "Fluid, which makes an application of a site",
}

// At least 99 % of a list of crawlers are told, and none of the browsers that sites see
// most is taken for one.
func TestIsBot_KnownAgents_AreTold(t *testing.T) {
	is := func(agent string) bool { return isBot(http.Header{"User-Agent": {agent}}) }
	crawlers, told, people := agentsOf(t, "crawlers.txt"), 0, 0
	for _, agent := range crawlers {
		switch {
		case slices.ContainsFunc(slices.Collect(maps.Keys(peopleOfTheList)), func(part string) bool { return strings.Contains(agent, part) }):
			people++
		case is(agent):
			told++
		default:
			t.Logf("not told: %q", agent)
		}
	}
	if all := len(crawlers) - people; told*100 < all*99 || people > len(peopleOfTheList) || all < 2000 {
		t.Errorf("%d of %d crawlers are told, %d count as people's", told, all, people)
	}
	browsers := agentsOf(t, "browsers.txt")
	for _, agent := range browsers {
		if is(agent) {
			t.Errorf("taken for a bot: %q", agent)
		}
	}
	if len(browsers) < 900 {
		t.Errorf("%d browsers are looked at", len(browsers))
	}
}

// agentsOf are the lines of a file that are no comments.
func agentsOf(t *testing.T, name string) (agents []string) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
			agents = append(agents, line)
		}
	}
	return agents
}

func TestIsPrefetch_Headers_SayWhatIsNotOpenedYet(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Sec-Purpose", "prefetch", true},
		{"Sec-Purpose", "prefetch;anonymous-client-ip", true},
		{"Sec-Purpose", "prefetch;prerender", true},
		{"Purpose", "prefetch", true},
		{"Purpose", "preview", true},
		{"X-Moz", "Prefetch", true},
		{"X-Purpose", "preview", true},
		{"Purpose", "", false},
		{"Purpose", "buy", false},
		{"Referer", "https://prefetch.example", false},
	} {
		if got := isPrefetch(http.Header{c.name: {c.value}}); got != c.want {
			t.Errorf("%s: %s is %v", c.name, c.value, got)
		}
	}
}

// searchBot is what the matcher replaces: a search for each word.
func searchBot(agent string) bool {
	agent = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, agent)
	for _, word := range botStarts {
		if strings.HasPrefix(agent, word) {
			return true
		}
	}
	agent = strings.ReplaceAll(agent, cubot, "\x00")
	for _, word := range botWords {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return false
}

// FuzzMatcher holds the matcher against the plain search.
func FuzzMatcher(f *testing.F) {
	for _, agent := range append(botAgents, personAgents...) {
		f.Add(agent)
	}
	f.Add("^curl")
	f.Add("cubotbot")
	f.Add("cubocubotbocurl")
	f.Fuzz(func(t *testing.T, agent string) {
		if got, want := bots.match(agent), searchBot(agent); got != want {
			t.Errorf("%q: %v, the plain search says %v", agent, got, want)
		}
	})
}
