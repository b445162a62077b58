package times

import (
	"strings"
	"testing"
	"unicode"
)

// Every month in every language, whole and cut, and not what only begins like one.
func TestMonths(t *testing.T) {
	for i, names := range monthNames {
		for _, name := range strings.Fields(names) {
			letters := []rune(name)
			for _, word := range []string{name, string(unicode.ToUpper(letters[0])) + string(letters[1:]), string(letters[:3]) + "."} {
				if m, ok := monthOf(word); !ok || m != i+1 && word != "jui." && word != "čer." {
					t.Errorf("%s is month %d, %v", word, m, ok)
				}
			}
			if m, ok := monthOf(name + "x"); ok {
				t.Errorf("%sx is month %d", name, m)
			}
		}
	}
	for _, word := range []string{"", "ja", "foo"} {
		if m, ok := monthOf(word); ok {
			t.Errorf("%q is month %d", word, m)
		}
	}
}

func TestParse(t *testing.T) {
	for layout, good := range map[string]bool{"epoch_ms": true, "D/M/YYYY": true, "ISO 8601": true, "excel": true,
		"%d.%m.%Y %H:%M": true, "2006-002": true, "2006-01": true,
		"2006-01-02 15:04 MST": false, "%H:%M": false, "DD/MM": false} {
		if _, err := Parse(layout); (err == nil) != good {
			t.Errorf("%q: %v", layout, err)
		}
	}
}
