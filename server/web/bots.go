package web

import (
	"net/http"
	"slices"
	"strings"
)

// The User-Agents of bots, in lower case: botWords stand anywhere in them, botStarts
// at their beginning. The apps that people open links in (Instagram, Viber, Pinterest
// …) begin with "Mozilla", and phones carry odd code names (ruby), so such names are
// in botStarts. In doubt a word is left out: a person taken for a bot costs a link its
// sale, a bot taken for a person one click too many.
var (
	botWords = []string{
		// What most of them call themselves, and the address they leave.
		"bot", "crawl", "spider", "slurp", "scrapy", "scraper", "archiver", "preview", "fetcher", "headless", "+http",
		// Link previews.
		"facebookexternal", "facebookcatalog", "meta-external", "slack-imgproxy", "http.rb/", "cardyb", "iframely", "embedly",
		"notionembedder", "vkshare", "flipboardproxy", "thirdlandingpagefeinfra",
		// Mail programs and scanners, and proxies of images in mails.
		"googleimageproxy", "yahoomailproxy", "yahoocachesystem", "microsoft office", "ms-office", "msoffice",
		"barracuda", "mimecast", "proofpoint", "cloudmark", "safelinks", "virustotal", "urlscan",
		// Tools of search engines and of assistants that are not called bots.
		"google-read-aloud", "google-pagerenderer", "google-inspectiontool", "google-safety", "google-site-verification", "googleother",
		"mediapartners-google", "apis-google", "google favicon", "chrome-lighthouse", "pagespeed", "chatgpt-user", "claude-user", "perplexity-user",
		// Monitors and checkers.
		"pingdom", "statuscake", "synthetics", "newrelicpinger", "site24x7", "gtmetrix", "linkcheck", "validator", "nagios", "zabbix",
		// Scripts, libraries and the plain HTTP clients of apps.
		"curl/", "wget/", "python-", "python/", "go-http-client", "httpclient", "node-fetch", "undici", "superagent", "libwww-perl", "guzzle",
		"postmanruntime", "powershell", "winhttp", "dart:io", "restsharp", "cfnetwork/",
		// Those that send the User-Agent of a browser with their name in it, and none of the
		// words above (the list of the npm package crawler-user-agents; see bots_test.go).
		"ips-agent", "y!j", "infegy", "appinsights", "um-ln/", "um-fc/", "um-ic/", "netcraft", "brandverity", "genieo", "adscanner", "siteimprove", "dareboost", "pr-cy.ru",
		"outbrain", "google-physicalweb", "twingly", "rivva", "dataprovider", "theoldreader", "datanyze", "trendsmap", "evc-batch", "ptst/", "inoreader", "cookiehub", "google-ads-",
		"checkly", "acunetix", "nessus", "newsai/", "attracta", "collapsify", "dotcom-monitor", "google-agent", "googleagent", "hardenize", "passremind", "manus-user", "nitro-optimizer",
		"siteauditor", "scope3", "silktide", "splunk", "thousandeyes", "impact.com", "keydrop", "poduptime", "sindup", "sqwatcher", "turingos", "researchagent", "webcapture", "sitemaps",
		"adbeat", "autoconfig test", "rb.gy/", "b.o.t", "searchme.com", "researchscan", "criticalcss", "dlc/2", "link checker", "edgewatch", "feeder.co", "foregenix", "ghost inspector",
		"google-trust", "sitemonitor", "hotjar", "linktiger", "marketgoo", "miniature.io", "monitis", "monitorss", "monspark", "montools", "mxtoolbox", "nbertaupete", "netshelter",
		"nyt_scraping", "newsnow", "getodin", "openvas", "playstore-google", "printfriendly", "pwabuilder", "readable/", "retroliste", "securityheaders", "seositecheckup",
		"compatible; optimizer", "sucuri", "splash version", "rigor)", "testlocally", "lipperhey",
		"uptim", "health-scanner", "whatsmyip", "zotero", "indy library", "xmco", "ad monitoring", " ylt ", "upday", "watchtowr", "prtg", "geedo",
		"phantomjs", "puppeteer", "playwright", "selenium", "httrack", "nikto", "sqlmap", "nmap scripting", "masscan", "zgrab",
	}
	botStarts = []string{
		"whatsapp", "viber/", "snapchat/", "mastodon/", "pinterest/", "microsoft-webdav",
		"curl", "wget", "httpx", "java/", "okhttp", "axios", "node", "got ", "got/", "ruby", "faraday", "php", "httpie",
		"insomnia", "reqwest", "deno/", "bun/", "dalvik/",
	}
)

// cubot is a maker of phones; its name holds the word "bot".
const cubot = "cubot"

var bots = newMatcher(botPatterns(), []string{cubot})

// botPatterns are the words as the matcher wants them.
func botPatterns() []string {
	patterns := slices.Clone(botWords)
	for _, start := range botStarts {
		patterns = append(patterns, "^"+start)
	}
	return patterns
}

// browserStarts are what the User-Agents of browsers begin with, in lower case: Mozilla
// since 1994, and what text browsers and phones with buttons send. Programs that send
// nothing of it are bots, however they are called.
var browserStarts = []string{
	"mozilla/", "opera/", "lynx/", "links ", "links/", "elinks", "w3m", "dillo/", "netsurf/",
	"ucweb/", "nokia", "samsung-", "sonyericsson", "blackberry", "lg-", "mot-", "huawei", "alcatel", "zte-",
}

// isBot says whether a request is a bot's, by its User-Agent; the programs of people
// always send one.
func isBot(h http.Header) bool {
	agents := h["User-Agent"]
	return len(agents) == 0 || !beginsAsBrowser(agents[0]) || bots.match(agents[0])
}

func beginsAsBrowser(agent string) bool {
	for _, start := range browserStarts {
		if len(agent) >= len(start) && strings.EqualFold(agent[:len(start)], start) {
			return true
		}
	}
	return false
}

// prefetchHeaders are the headers by which a browser says that it fetches a page
// which the person has not opened yet: Chromium, older Chromium, older Firefox, and
// Safari with the Facebook app.
var prefetchHeaders = [...]string{"Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"}

// isPrefetch says whether a page is fetched before a person opens it.
func isPrefetch(h http.Header) bool {
	for _, name := range prefetchHeaders {
		for _, value := range h[name] {
			value = strings.ToLower(value)
			if strings.Contains(value, "prefetch") || strings.Contains(value, "prerender") || strings.Contains(value, "preview") {
				return true
			}
		}
	}
	return false
}
