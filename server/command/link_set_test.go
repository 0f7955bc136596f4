package command

import (
	"strings"
	"testing"
)

// What a change did is said, where the addresses beneath it do not show it.
func TestLinkSet_Answer_SaysWhatIsDifferent(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for line, want := range map[string]string{
		"link set ana --digest Weekly":       "The tracking link ana is changed. The owner is mailed the numbers every Monday.\n",
		"link set house --digest first-sale": "is changed. The owner is mailed when the link has sold for the first time.\n",
		"link set ana --digest none":         "is changed. The owner is mailed no numbers.\n",
		"link set ana --new-stats-token":     "The old address of the stats page works no more",
		"link set ana --source email":        "The tracking link ana is changed.\n",
	} {
		if got := p.admin(line); !strings.Contains(got, want) {
			t.Errorf("%s: %s", line, got)
		}
	}
}
