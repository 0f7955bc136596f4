package connect

import "testing"

func TestLeadsTo_Parameters_MayBeAdded(t *testing.T) {
	const page = "https://tickets.example/fest?lang=en"
	for landed, want := range map[string]bool{
		"https://tickets.example/fest?lang=en":                     true,
		"https://tickets.example/fest?lang=en&utm_source=x&ref=ab": true,
		"https://tickets.example/fest?utm_source=x&lang=en":        true,
		"https://tickets.example/fest":                             false,
		"https://tickets.example/fest?lang=de":                     false,
		"https://tickets.example/other?lang=en":                    false,
		"https://evil.example/fest?lang=en":                        false,
		"http://tickets.example/fest?lang=en":                      false,
		"":                                                         false,
		"%zz":                                                      false,
	} {
		if got := leadsTo(landed, page); got != want {
			t.Errorf("leadsTo(%q) = %v", landed, got)
		}
	}
	if !leadsTo("https://tickets.example/?ref=ab", "https://tickets.example") {
		t.Error("a page without a path")
	}
}
