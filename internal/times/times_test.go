package times

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// What a clock shows is read as the time at which it shows it, the first or the second if it
// shows it twice; and what it never shows, but midnight, is not read.
func TestLocal(t *testing.T) {
	for _, name := range []string{"Europe/Vienna", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Tokyo"} {
		zone := testutil.Must(ParseZone(name))(t)
		shown := map[dataset.Time]bool{}
		local := Local{Zone: zone}
		begin, end := time.Date(2016, 1, 1, 0, 0, 0, 0, zone), time.Date(2019, 1, 1, 0, 0, 0, 0, zone)
		clock := func(at time.Time) dataset.Time {
			_, offset := at.Zone()
			return dataset.Time(at.UnixMicro() + int64(offset)*1e6)
		}
		for at := begin; at.Before(end); at = at.Add(15 * time.Minute) {
			shown[clock(at)] = true
			first, later, ok := local.UTC(clock(at))
			if is := dataset.Time(at.UnixMicro()); !ok || first != is && (later == 0 || first+later != is) {
				t.Fatalf("%v is read as %v or %v later, %v", at, first, later, ok)
			}
		}
		for wall := clock(begin); wall < clock(end); wall += day / 96 {
			if _, _, ok := local.UTC(wall); ok != (shown[wall] || wall%day == 0) {
				t.Fatalf("in %s %v is read: %v", name, wall, ok)
			}
		}
	}
}

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
