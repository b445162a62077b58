// Package times reads times however people and their programs write them: a date, a clock
// and a zone in turn (layout.go, clock.go, zone.go), with months in many languages
// (month.go), counts of seconds and days, years, quarters, and parts in several columns.
package times

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// Layout is a way to write times.
type Layout struct {
	Name  string
	Order string // of year, month and day, where another layout may have another
	Parse func(string) (Reading, bool)
}

// Reading is what a text says of a time.
type Reading struct {
	dataset.Time      // as if it were UTC where it has no zone
	Clock, Zoned bool // it has a time of day, a zone
}

// dates are the ways to write a date that are tried, in the words of compile. A clock
// and a zone may follow where there is a day (readClock, readZone). Those that are alike
// but for the order are told apart by the data, or not at all.
var dates = []struct{ name, pattern, order string }{
	{"M/D/YYYY", "M/D/Y", "MDY"}, {"D/M/YYYY", "D/M/Y", "DMY"}, {"YY/M/D", "", "YMD"}, {"YY.M.D", "", "YMD"}, {"M-D-YYYY", "", "MDY"},
	{"D-M-YYYY", "", "DMY"}, {"DD.MM.YYYY", "D.M.Y", "DMY"}, {"YYYY/M/D", "", ""}, {"YYYY-M-D", "", ""},
	{"YYYY.M.D", "", ""}, {"YYYYMMDD", "", ""}, {"YYYYMMDD:", "", ""}, {"D Mon YYYY", "D Mon Y", ""},
	{"D-Mon-YYYY", "D-Mon-Y", ""},
	{"DDMonYYYY", "", ""}, {"Mon D YYYY", "", ""}, {"Mon D, YYYY", "", ""}, {"Day, D Mon YYYY", "", ""},
	{"Day, Mon D, YYYY", "", ""}, {"Day Mon D YYYY", "", ""}, {"Day Mon D hh:mm:ss YYYY", "", ""},
	{"DD/Mon/YYYY:", "", ""},
	{"YYYY年M月D日", "", ""}, {"YYYY-DDD", "", ""}, {"YYYY-Www-D", `YYYY-\WWW-D`, ""}, {"YYYY-Www", `YYYY-\WWW`, ""},
	{"YYYY-MM", "YYYY-M", ""}, {"YYYY/MM", "YYYY/M", ""}, {"MM/YYYY", "M/YYYY", ""}, {"MM-YYYY", "M-YYYY", ""},
	{"YYYYMM", "", ""},
	{"YYYYMmm", `YYYY\MMM`, ""}, {"Mon YYYY", "", ""}, {"YYYY Mon", "", ""}, {"Mon-YYYY", "Mon-Y", ""},
	{"YYYY-Mon", "", ""},
}

// Fields are the parts of a time, from the year on.
var Fields = []string{"year", "month", "day", "hour", "minute", "second"}

// Layouts are all that are tried. Where bare numbers can be read as dates and as
// counts of seconds, they are dates: hardly a count has all its months and days.
var Layouts = sync.OnceValue(func() []Layout {
	all := []Layout{{Name: "ISO 8601", Parse: readISO}}
	for _, d := range dates {
		if d.pattern == "" {
			d.pattern = d.name
		}
		p, _ := compile(d.pattern)
		all = append(all, Layout{d.name, d.order, p.read})
	}
	return append(all, epoch("epoch", 6, 9, 10), epoch("epoch_ms", 3, 12, 13), epoch("epoch_us", 0, 15, 16),
		epoch("epoch_ns", -3, 18, 19),
		Layout{"year", "decimal", func(s string) (Reading, bool) { return readYear(s, 1500, 2200) }},
		Layout{"YYYY.MM", "month", yearDotMonth}, Layout{"quarter", "", quarter},
		Layout{"parts", "", func(s string) (Reading, bool) { return Parts(strings.Fields(s), Fields) }})
})

// Named are those that are used only where they are named.
var Named = append(Short, epoch("epoch", 6, 1, 18), epoch("epoch_ms", 3, 1, 18), epoch("epoch_us", 0, 1, 18),
	epoch("epoch_ns", -3, 1, 19), Layout{"excel", "", excel}, Layout{"matlab", "", days(719529)},
	Layout{"julian", "", days(2440587.5)},
	Layout{"year", "", func(s string) (Reading, bool) { return readYear(s, 1000, 9999) }})

// Short are as good for codes and scores as for dates.
var Short = func() (all []Layout) {
	for _, name := range []string{"D-M-YY", "M-D-YY", "YY-M-D"} {
		p, _ := compile(name)
		all = append(all, Layout{Name: name, Parse: p.read})
	}
	return all
}()

// Fitting returns the layouts, by their index, that read a cell.
func Fitting(all []Layout, cell string) (fit []int) {
	for i, l := range all {
		if _, ok := l.Parse(cell); ok {
			fit = append(fit, i)
		}
	}
	return fit
}

// ISOForms are the layouts that read the usual forms of ISO 8601.
var ISOForms = sync.OnceValue(func() (forms struct{ Date, Time []int }) {
	forms.Date = Fitting(Layouts(), "2006-01-02")
	forms.Time = Fitting(Layouts(), "2006-01-02T15:04:05Z")
	return forms
})

// Parse finds a layout by its name here (epoch_ms, M/D/YYYY), or reads strptime's
// (%d.%m.%Y), one of Go's time package (2.1.2006), or one in the words of compile.
func Parse(name string) (Layout, error) {
	for _, l := range append(slices.Clone(Named), Layouts()...) {
		if l.Name == name {
			return l, nil
		}
	}
	words := strings.NewReplacer("%Y", "YYYY", "%y", "YY", "%m", "M", "%d", "D", "%j", "DDD", "%b", "Mon", "%B", "Mon",
		"%a", "Day", "%A", "Day", "%H", "hh", "%I", "hh", "%M", "mm", "%S", "ss", ".%f", "", "%p", "PM", "%z", "", "%F", "YYYY-M-D", "%T",
		"hh:mm:ss", "%V", "WW", "%G", "YYYY").Replace(name)
	if !strings.Contains(name, "%") && strings.Contains(name, "06") { // as Go writes them
		words = strings.NewReplacer("2006", "YYYY", "06", "YY", "January", "Mon", "Jan", "Mon", "Monday", "Day", "Mon", "Day",
			"002", "DDD", "01", "M", "02", "D", "15", "hh", "03", "hh", "04", "mm", "05", "ss", "Z07:00", "", "-07:00", "",
			"-0700", "", "-07", "", "1", "M", "2", "D", "3", "hh", "4", "mm", "5", "ss").Replace(name)
	}
	p, hasYear := compile(words)
	switch {
	case strings.Contains(words, "%"):
		return Layout{}, fmt.Errorf("%q has a letter after %% that is none of Y, y, m, b, B, d, j, a, A, H, I, M, S, p, z, "+
			"F, T", name)
	case strings.Contains(words, "MST"), strings.Contains(name, "%Z"):
		return Layout{}, fmt.Errorf("%q has an abbreviated zone, which is not the same everywhere; use an offset", name)
	case !hasYear:
		return Layout{}, fmt.Errorf("%q does not tell the year; write it as 'D/M/YYYY hh:mm', '%%d.%%m.%%Y' or "+
			"'2006-01-02'", name)
	}
	return Layout{Name: name, Parse: p.read}, nil
}

// epoch reads times that count from 1970-01-01T00:00:00Z, in a unit of 10 to the power of
// decimals microseconds, and have so many digits.
func epoch(name string, decimals, least, most int) Layout {
	return Layout{name, "", func(s string) (r Reading, ok bool) {
		count, fraction, _ := strings.Cut(s, ".")
		fraction = strings.TrimRight(fraction, "0")
		digits := len(strings.TrimPrefix(count, "-"))
		if digits < least || digits > most || len(fraction) > max(0, decimals) {
			return r, false
		}
		n, err := strconv.ParseInt(count+fraction, 10, 64)
		unit := int64(1) // in microseconds
		for range decimals - len(fraction) {
			unit *= 10
		}
		isWhole := decimals >= 0 || n%1000 == 0
		if decimals < 0 {
			n /= 1000
		}
		r.Time, r.Clock, r.Zoned = dataset.Time(n*unit), true, true
		return r, err == nil && isWhole && n >= -62167219200e6/unit && n < 253402300800e6/unit // years 0 to 9999
	}}
}

// readYear reads a year and its fraction, 1959.25, to the second. A whole year is its
// beginning.
func readYear(s string, least, most int) (r Reading, ok bool) {
	year, fraction, decimal := strings.Cut(s, ".")
	y, digits, rest := cutNumber(year, 4)
	part := 0.0
	if decimal {
		part = csv.Number("0." + fraction)
	}
	if digits != 4 || rest != "" || y < least || y > most || part != part || strings.ContainsAny(fraction, "eE+-") {
		return r, false
	}
	from, to := startOf(y), startOf(y+1)
	r.Time = dataset.Time((from + int64(math.Round(part*float64(to-from)))) * 1e6)
	return r, true
}

// yearDotMonth reads 1871.01 to 1871.12; October may have lost its zero.
func yearDotMonth(s string) (r Reading, ok bool) {
	year, month, _ := strings.Cut(s, ".")
	if month == "1" {
		month = "10"
	}
	if len(year) != 4 || len(month) != 2 {
		return r, false
	}
	return Parts([]string{year, month}, Fields)
}

// startOf returns the seconds since 1970 of a year's beginning.
func startOf(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// quarter reads 1959Q1, 1959-Q1, Q1 1959 and the like.
func quarter(s string) (r Reading, ok bool) {
	letters := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ":", "").Replace(s))
	if len(letters) == 6 && letters[0] == 'Q' {
		letters = letters[2:] + letters[:2]
	}
	if len(letters) != 6 || letters[4] != 'Q' {
		return r, false
	}
	return Parts([]string{letters[:4], letters[4:]}, []string{"year", "quarter"})
}

// Parts reads the parts of a time: numbers, of which each has its kind, months by name
// too.
func Parts(values, kinds []string) (r Reading, ok bool) {
	v := map[string]int{"month": 1, "day": 1}
	if len(values) < 2 || len(values) > len(kinds) || len(values[0]) < 4 {
		return r, false
	}
	for i, s := range values {
		kind := kinds[i]
		if kind == "quarter" {
			s = strings.TrimPrefix(strings.ToUpper(s), "Q")
		}
		number, zeros, _ := strings.Cut(s, ".")
		n, err := strconv.Atoi(number)
		if err != nil && kind == "month" {
			n, ok = monthOf(s)
		} else {
			ok = err == nil && strings.Trim(zeros, "0") == ""
		}
		if ok = ok && n >= 0 && (kind != "quarter" || n >= 1 && n <= 4); !ok {
			return r, false
		}
		v[kind] = n
		r.Clock = r.Clock || kind == "hour"
	}
	if q := v["quarter"]; q > 0 {
		v["month"] = 3*q - 2
	}
	if doy, is := v["doy"]; is {
		if v["month"], v["day"], ok = dayOfYear(v["year"], doy); !ok {
			return r, false
		}
	}
	c := clock{hour: v["hour"], minute: v["minute"], second: v["second"]}
	r.Time, ok = c.on(v["year"], v["month"], v["day"])
	return r, ok
}

// excel reads days since 1899-12-30, to the millisecond. Before March 1900, for which
// Excel has a day too many, it shows the day after.
func excel(s string) (r Reading, ok bool) {
	const day, march1900 = 86400e6, -2203891200e6
	r, ok = days(25569)(s)
	switch {
	case r.Time < -2209161600e6+day: // number 1
		return r, false
	case r.Time < march1900-day:
		r.Time += day
	case r.Time < march1900: // what Excel shows as the 29th
		return r, false
	}
	return r, ok
}

// days returns a layout of days, and their fractions to the millisecond, of which a
// number is that of 1970-01-01.
func days(epoch float64) func(string) (Reading, bool) {
	return func(s string) (r Reading, ok bool) {
		n := csv.Number(strings.Replace(s, ",", ".", 1))
		millis := math.Round((n - epoch) * 86400e3)
		r.Time, r.Clock = dataset.Time(millis)*1000, true
		return r, n == n && millis >= -62167219200e3 && millis < 253402300800e3 // years 0 to 9999
	}
}

// readISO reads ISO 8601.
func readISO(s string) (r Reading, ok bool) {
	t, err := dataset.ParseTime(s)
	r.Time, r.Clock = t, len(s) > len("2006-01-02")
	r.Zoned = r.Clock && (strings.HasSuffix(s, "Z") || strings.LastIndexAny(s, "+-") > len("2006-01-02"))
	return r, err == nil
}

// FastISO reads the most usual ISO forms, which many layouts share.
func FastISO(days *csv.MonthCache, cell []byte) (t dataset.Time, ok bool) {
	if len(cell) != 10 && len(cell) != 20 {
		return 0, false
	}
	var padded [64]byte
	copy(padded[:], cell)
	t, end, ok := days.ShortTime(padded[:], 0)
	return t, ok && end == len(cell)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// InDigits reports whether a text is a date of digits alone, from the year on, with a
// clock perhaps.
func InDigits(s string) bool {
	p, _ := compile("YYYYMMDD")
	_, ok := p.readOne(s)
	return ok
}
