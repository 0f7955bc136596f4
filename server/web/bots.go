package web

import (
	"net/http"
	"strings"
)

// machineWords are what the User-Agents of machines hold, in lower case; "^" is
// the beginning. The apps that people open links in (Instagram, Viber, Pinterest …)
// begin with "Mozilla", and phones carry odd code names (ruby), so such names only
// count at the beginning: a person taken for a machine costs somebody a sale, a
// machine taken for a person only a click too many.
var machineWords = []string{
	// What most of them call themselves, and the address they leave.
	"bot", "crawl", "spider", "slurp", "scrapy", "scraper", "archiver", "preview", "fetcher", "headless", "+http",
	// Link previews.
	"facebookexternal", "facebookcatalog", "meta-external", "^whatsapp", "^viber/", "^snapchat/", "^mastodon/", "^pinterest/",
	"slack-imgproxy", "http.rb/", "cardyb", "iframely", "embedly", "notionembedder", "vkshare", "flipboardproxy", "thirdlandingpagefeinfra",
	// Mail programs and scanners, and proxies of images in mails.
	"googleimageproxy", "yahoomailproxy", "yahoocachesystem", "microsoft office", "ms-office", "msoffice", "^microsoft-webdav",
	"barracuda", "mimecast", "proofpoint", "cloudmark", "safelinks", "virustotal", "urlscan",
	// Tools of search engines and of assistants that are not called bots.
	"google-read-aloud", "google-pagerenderer", "google-inspectiontool", "google-safety", "google-site-verification", "googleother",
	"mediapartners-google", "apis-google", "google favicon", "chrome-lighthouse", "pagespeed", "chatgpt-user", "claude-user", "perplexity-user",
	// Monitors and checkers.
	"pingdom", "statuscake", "synthetics", "newrelicpinger", "site24x7", "gtmetrix", "linkcheck", "validator", "nagios", "zabbix",
	// Scripts, libraries and the plain HTTP clients of apps.
	"curl/", "^curl", "wget/", "^wget", "python-", "python/", "^httpx", "go-http-client", "^java/", "httpclient", "^okhttp", "^axios",
	"node-fetch", "^node", "undici", "^got ", "^got/", "superagent", "libwww-perl", "^ruby", "^faraday", "^php", "guzzle", "^httpie",
	"postmanruntime", "^insomnia", "powershell", "winhttp", "dart:io", "^reqwest", "^deno/", "^bun/", "restsharp", "^dalvik/", "cfnetwork/",
	"phantomjs", "puppeteer", "playwright", "selenium", "httrack", "nikto", "sqlmap", "nmap scripting", "masscan", "zgrab",
}

// personWords hold one of machineWords and are none: a maker of phones.
var personWords = []string{"cubot"}

var machines = newMatcher(machineWords, personWords)

// isBot says whether a request is a machine's, by its User-Agent; people's programs
// always send one.
func isBot(h http.Header) bool {
	agent := h["User-Agent"]
	return len(agent) == 0 || strings.TrimSpace(agent[0]) == "" || machines.match(agent[0])
}

// The headers by which a browser says that nobody has asked for the page yet:
// Chromium, older Chromium, older Firefox, Safari and the Facebook app.
var aheadHeaders = [...]string{"Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"}

// ahead says whether a page is fetched before anybody opens it.
func ahead(h http.Header) bool {
	for _, name := range aheadHeaders {
		for _, value := range h[name] {
			value = strings.ToLower(value)
			if strings.Contains(value, "prefetch") || strings.Contains(value, "prerender") || strings.Contains(value, "preview") {
				return true
			}
		}
	}
	return false
}
