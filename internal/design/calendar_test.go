package design

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// The levels of the calendar are those of the local time, across daylight saving, years and
// 1970, in whatever order moments come.
func TestClock(t *testing.T) {
	zone := testutil.Must(time.LoadLocation("Europe/Vienna"))(t)
	for category, levels := range map[string]int{"hour": 24, "weekday": 7, "month": 12, "hour_of_week": 168, "holiday": 2} {
		if n := len(calendarOf(category).levels); n != levels {
			t.Errorf("%s has %d levels", category, n)
		}
	}
	c := newClock(&Design{Zone: "Europe/Vienna", Holidays: []string{"1969-12-25", "2020-10-26"}})
	moments := []string{"2020-03-29T00:59:59Z", "2020-03-29T01:00:00Z", "2020-10-25T00:30:00Z", "2020-10-25T01:30:00Z",
		"2020-10-25T23:00:00Z", "2020-10-26T22:59:59Z", "2020-10-26T23:00:00Z", "1969-12-25T12:00:00Z",
		"1969-12-24T23:00:00Z", "1900-02-28T23:30:00Z", "2023-12-31T23:00:00Z", "2100-07-01T00:00:00Z"}
	slices.Reverse(moments)
	for _, at := range append(slices.Clone(moments), moments...) {
		when := testutil.Must(dataset.ParseTime(at))(t)
		local := time.UnixMicro(int64(when)).In(zone)
		weekday := (int(local.Weekday()) + 6) % 7
		holiday := 0
		if date := local.Format(time.DateOnly); date == "1969-12-25" || date == "2020-10-26" {
			holiday = 1
		}
		for category, want := range map[string]int{"hour": local.Hour(), "weekday": weekday, "month": int(local.Month()) - 1,
			"hour_of_week": 24*weekday + local.Hour(), "holiday": holiday} {
			code := make([]int32, 1)
			if c.codes(code, calendarOf(category), []dataset.Time{when}); int(code[0]) != 1+want {
				t.Errorf("%s: %s is %d, want %d", at, category, code[0]-1, want)
			}
		}
	}
}

// A column of exactly the name comes first, then NAME:KNOTS, then NAME@KNOT/KNOT; a cross is
// split where both sides are names, in one way.
func TestParseTerms(t *testing.T) {
	d := Design{Target: "y", Time: "t", Features: []string{"a", "a:3", "b*c", "b", "c", "w"}, Categories: []Category{{Name: "w"}},
		Lags: []int{1}, Asked: Asked{Hinges: []string{"a"}, Calendar: []string{"hour"}, Trend: true}}
	for item, want := range map[string]struct {
		of    string
		count int
		knots []float64
	}{"a": {"a", 5, nil}, "a:3": {"a:3", 5, nil}, "a:4": {"a", 4, nil}, "a@5/-1/5": {"a", 0, []float64{-1, 5}},
		"y_lag_1": {"y_lag_1", 5, nil}, "trend": {"trend", 5, nil}} {
		of, count, knots, err := d.ParseHinge(item)
		if err != nil || of != want.of || count != want.count || !slices.Equal(knots, want.knots) {
			t.Errorf("-hinge %s: %s, %d, %v, %v", item, of, count, knots, err)
		}
	}
	for _, item := range []string{"", "w", "y", "a:0", "a:51", "a:x", "a@", "a@x", "a@NaN", "z"} {
		if _, _, _, err := d.ParseHinge(item); err == nil {
			t.Errorf("-hinge %q is read", item)
		}
	}
	for item, want := range map[string][2]string{"a*b": {"a", "b"}, "w*a": {"w", "a"}, "a>*hour": {"a>", "hour"},
		"a*b*c": {"a", "b*c"}, "trend*a": {"trend", "a"}} {
		if left, right, err := d.ParseCross(item); err != nil || [2]string{left, right} != want {
			t.Errorf("-cross %s: %q, %q, %v", item, left, right, err)
		}
	}
	for _, item := range []string{"a", "a*", "a*a", "w*hour", "b>*a", "a*z", "b*c*b*c"} {
		if _, _, err := d.ParseCross(item); err == nil {
			t.Errorf("-cross %q is read", item)
		}
	}
}

// A cross asks for what its sides are made of, and for nothing that stands in a name with stars.
func TestCompleteCrosses(t *testing.T) {
	for item, want := range map[string]Asked{
		"a>*hour":      {Hinges: []string{"a"}, Calendar: []string{"hour"}},
		"x*a>*w":       {Hinges: []string{"x*a"}},
		"trend*x*a":    {Trend: true},
		"y_lag_1*hour": {Calendar: []string{"hour"}},
		"a*w":          {},
	} {
		asked := Asked{Crosses: []string{item}}
		asked.Complete([]string{"a", "w", "x*a"})
		if want.Crosses = asked.Crosses; !reflect.DeepEqual(asked, want) {
			t.Errorf("%s asks for %+v, want %+v", item, asked, want)
		}
	}
}
