package importer

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// layout is a way to write times.
type layout struct {
	name  string
	order string // of year, month and day, where another layout may have another
	marks uint8  // that a cell must have; see marksIn
	parse func(string) (dataset.Time, error)
}

// dates, clocks and zones make up the layouts of the time package that are tried.
// Those that are alike but for the order are told apart by the data, or not at
// all.
var (
	dates = []struct{ name, format, order string }{
		{"M/D/YYYY", "1/2/2006", "MDY"}, {"D/M/YYYY", "2/1/2006", "DMY"},
		{"M-D-YYYY", "1-2-2006", "MDY"}, {"D-M-YYYY", "2-1-2006", "DMY"},
		{"M/D/YY", "1/2/06", "MDY"}, {"D/M/YY", "2/1/06", "DMY"}, {"D.M.YY", "2.1.06", "DMY"},
		{"DD.MM.YYYY", "2.1.2006", "DMY"}, {"YYYY/M/D", "2006/1/2", ""}, {"YYYY-M-D", "2006-1-2", ""},
		{"YYYYMMDD", "20060102", ""}, {"D Mon YYYY", "2 Jan 2006", ""}, {"D-Mon-YYYY", "2-Jan-2006", ""},
		{"D-Mon-YY", "2-Jan-06", ""}, {"DDMonYYYY", "02Jan2006", ""}, {"D Month YYYY", "2 January 2006", ""},
		{"Mon D YYYY", "Jan 2 2006", ""}, {"Mon D, YYYY", "Jan 2, 2006", ""}, {"Month D, YYYY", "January 2, 2006", ""},
		{"Day, D Mon YYYY", "Mon, 2 Jan 2006", ""}, {"YYYY.M.D", "2006.1.2", ""}, {"D Mon YY", "2 Jan 06", ""},
		{"YYYY年M月D日", "2006年1月2日", ""},
	}
	clocks = []struct{ name, format string }{
		{"", ""}, {" hh:mm", " 15:04"}, {" hh:mm:ss", " 15:04:05"}, {"Thh:mm:ss", "T15:04:05"}, {"Thh:mm", "T15:04"},
		{" h:mm PM", " 3:04 PM"}, {" h:mm:ss PM", " 3:04:05 PM"}, {" h:mmPM", " 3:04PM"}, {" hh.mm.ss", " 15.04.05"},
		{" hh.mm", " 15.04"}, {" hh", " 15"}, {" hhmm", " 1504"}, {"hhmm", "1504"}, {"hhmmss", "150405"}, {"hh", "15"},
		{"Thhmm", "T1504"}, {"Thhmmss", "T150405"},
	}
	zones = []struct{ name, format string }{
		{"", ""}, {"±hh:mm", "Z07:00"}, {" ±hh:mm", " -07:00"}, {" ±hhmm", " -0700"}, {"±hhmm", "-0700"}, {"±hh", "-07"},
		{" UTC", " UTC"}, {" GMT", " GMT"}, {"Z", "Z"},
	}
	months = []struct{ name, format string }{
		{"YYYY-MM", "2006-1"}, {"YYYY/MM", "2006/1"}, {"MM/YYYY", "1/2006"}, {"MM-YYYY", "1-2006"}, {"YYYYMM", "200601"},
		{"YYYYMmm", "2006M01"}, {"Mon YYYY", "Jan 2006"}, {"Month YYYY", "January 2006"}, {"YYYY Mon", "2006 Jan"},
		{"Mon-YYYY", "Jan-2006"}, {"YYYY-Mon", "2006-Jan"}, {"Mon-YY", "Jan-06"},
	}
)

// wholeForms are other ways to write times, of databases, servers and satellites.
var wholeForms = []struct{ name, format string }{
	{"YYYY-DDD", "2006-002"}, {"YYYYMMDD:hhmm", "20060102:1504"},
	{"YYYY-MM-DD hh:mm:ss ±hhmm UTC", "2006-1-2 15:04:05 -0700 UTC"},
	{"DD/Mon/YYYY:hh:mm:ss ±hhmm", "02/Jan/2006:15:04:05 -0700"}, {"Day Mon D hh:mm:ss YYYY", "Mon Jan 2 15:04:05 2006"},
}

// iso is the first of the layouts.
const iso = 0

// layouts are all that are tried. Where bare numbers can be read as dates and as
// counts of seconds, they are dates: hardly a count has all its months and days.
var layouts = sync.OnceValue(func() []layout {
	all := []layout{{name: "ISO 8601", parse: dataset.ParseTime}}
	for _, d := range dates {
		for _, c := range clocks {
			digits := strings.HasPrefix(c.name, "h") || strings.HasPrefix(c.name, "Thhmm")
			if digits && d.name != "YYYYMMDD" {
				continue // digits behind digits
			}
			for _, z := range zones {
				l := goLayout(d.name+c.name+z.name, d.format+c.format+z.format)
				l.order = d.order
				all = append(all, l)
			}
		}
	}
	for _, m := range slices.Concat(months, wholeForms) {
		all = append(all, goLayout(m.name, m.format))
	}
	return append(all,
		layout{name: "epoch", parse: epoch("epoch", 1, 9, 10)},
		layout{name: "epoch_ms", parse: epoch("epoch_ms", 1000, 12, 13)},
		layout{name: "epoch_us", parse: epoch("epoch_us", 1e6, 15, 16)},
		layout{name: "year", order: "decimal", parse: recentYear},
		layout{name: "YYYY.MM", order: "month", parse: yearDotMonth},
		layout{name: "quarter", parse: quarter},
		layout{name: "parts", parse: parts})
})

// fitting returns the layouts, by their index, that read a cell.
func fitting(all []layout, cell string) (fit []int) {
	marks := marksIn(cell)
	for i, l := range all {
		if l.marks&^marks != 0 || l.marks != 0 && marks&^l.marks&slash != 0 {
			continue // as most are: to try each takes a while
		}
		if _, err := l.parse(cell); err == nil {
			fit = append(fit, i)
		}
	}
	return fit
}

const slash, always = 1, 0x80

// marksIn returns which characters there are in a time that tell how it is written;
// of these a cell may have more than its layout, of zones and fractions, but no slash.
func marksIn(text string) (marks uint8) {
	for i, mark := range []string{"/", ",", ":", "-", ".", " "} {
		if strings.Contains(text, mark) {
			marks |= 1 << i
		}
	}
	if strings.ContainsFunc(text, unicode.IsLetter) {
		marks |= 1 << 6
	}
	return marks | always
}

// isoForms are the layouts that read the usual forms of ISO 8601.
var isoForms = sync.OnceValue(func() (forms struct{ date, time []int }) {
	forms.date = fitting(layouts(), "2006-01-02")
	forms.time = fitting(layouts(), "2006-01-02T15:04:05Z")
	return forms
})

// epoch reads times that count from 1970-01-01T00:00:00Z, of so many digits at
// least and at most in our days.
func epoch(name string, perSecond int64, least, most int) func(string) (dataset.Time, error) {
	return func(s string) (dataset.Time, error) {
		seconds, fraction, _ := strings.Cut(s, ".")
		n, err := strconv.ParseInt(seconds, 10, 64)
		limit := 253402300800 * perSecond // the year 10000
		digits := len(strings.TrimPrefix(seconds, "-"))
		part, unit := int64(0), 1e6/perSecond // microseconds
		for _, c := range []byte(strings.TrimRight(fraction, "0")) {
			if unit /= 10; unit == 0 || !isDigit(c) {
				err = strconv.ErrSyntax
				break
			}
			part += unit * int64(c-'0')
		}
		if err != nil || n <= -limit || n >= limit || digits < least || digits > most {
			return 0, fmt.Errorf("%q is not a time as %s", s, name)
		}
		if seconds[0] == '-' {
			part = -part
		}
		return dataset.Time(n*(1e6/perSecond) + part), nil
	}
}

// anyEpoch is epoch where a flag says so: any number.
func anyEpoch(name string, perSecond int64) layout {
	return layout{name: name, parse: epoch(name, perSecond, 1, 18)}
}

// decimalYear reads a year and its fraction, 1959.25, to the second. A whole year
// is its beginning.
func decimalYear(s string) (dataset.Time, error) {
	year, fraction, decimal := strings.Cut(s, ".")
	y, err := strconv.Atoi(year)
	part := 0.0
	if decimal && err == nil {
		part, err = strconv.ParseFloat("0."+fraction, 64)
	}
	if err != nil || len(year) != 4 || y < 1000 {
		return 0, fmt.Errorf("%q is not a year", s)
	}
	from, to := startOf(y), startOf(y+1)
	return dataset.Time((from + int64(math.Round(part*float64(to-from)))) * 1e6), nil
}

// recentYear is decimalYear of those years that a number may be guessed to be.
func recentYear(s string) (dataset.Time, error) {
	t, err := decimalYear(s)
	if err == nil && !recent(time.UnixMicro(int64(t)).UTC().Year()) {
		err = fmt.Errorf("%q is not a year from 1500 to 2200", s)
	}
	return t, err
}

func recent(year int) bool { return year >= 1500 && year <= 2200 }

// yearDotMonth reads 1871.01 to 1871.12; October may have lost its zero.
func yearDotMonth(s string) (dataset.Time, error) {
	year, month, _ := strings.Cut(s, ".")
	if month == "1" {
		month = "10"
	}
	y, err := strconv.Atoi(year)
	m, monthErr := strconv.Atoi(month)
	if err != nil || monthErr != nil || len(year) != 4 || len(month) != 2 || m < 1 || m > 12 {
		return 0, fmt.Errorf("%q is not a year and its month", s)
	}
	return moment(y, m, 1, 0, 0, 0)
}

// startOf returns the seconds since 1970 of a year's beginning.
func startOf(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// quarter reads 1959Q1, 1959-Q1, Q1 1959 and the like.
func quarter(s string) (dataset.Time, error) {
	letters := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ":", "").Replace(s))
	if len(letters) == 6 && letters[0] == 'Q' {
		letters = letters[2:] + letters[:2]
	}
	if len(letters) == 6 && letters[4] == 'Q' && letters[5] >= '1' && letters[5] <= '4' {
		if y, err := strconv.Atoi(letters[:4]); err == nil && y >= 1000 {
			return moment(y, 3*int(letters[5]-'1')+1, 1, 0, 0, 0)
		}
	}
	return 0, fmt.Errorf("%q is not a quarter", s)
}

// parts reads year, month, day, hour, minute, second with blanks between them, as
// many as there are. A month may be a name; "doy" in its place says that the day of
// the year follows. Hour 24 is the next day's 0.
func parts(s string) (dataset.Time, error) {
	v := []int{0, 1, 1, 0, 0, 0}
	fields := strings.Fields(s)
	bad := fmt.Errorf("%q are not the parts of a time", s)
	if len(fields) < 2 || len(fields) > len(v) || len(fields[0]) < 4 {
		return 0, bad
	}
	ofYear := fields[1] == "doy"
	for i, f := range fields {
		whole, zeros, _ := strings.Cut(f, ".")
		n, err := strconv.Atoi(whole)
		switch {
		case i == 1 && ofYear:
			n = 1
		case err != nil && i == 1:
			if n, err = monthOf(f); err != nil {
				return 0, bad
			}
		case err != nil || strings.Trim(zeros, "0") != "":
			return 0, bad
		}
		v[i] = n
	}
	if ofYear {
		if days := int(startOf(v[0]+1)-startOf(v[0])) / 86400; len(fields) < 3 || v[2] < 1 || v[2] > days {
			return 0, bad
		}
		day := time.Date(v[0], 1, v[2], 0, 0, 0, 0, time.UTC)
		v[1], v[2] = int(day.Month()), day.Day()
	}
	return moment(v[0], v[1], v[2], v[3], v[4], v[5])
}

// moment is a time by its parts, all of which must be right.
func moment(year, month, day, hour, minute, second int) (dataset.Time, error) {
	next := hour == 24 && minute == 0 && second == 0
	if next {
		hour = 0
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if y, m, d := t.Date(); y != year || int(m) != month || d != day || t.Hour() != hour || t.Minute() != minute ||
		t.Second() != second || year < 0 || year > 9999 {
		return 0, fmt.Errorf("%d-%d-%d %d:%d:%d is no time", year, month, day, hour, minute, second)
	}
	if next {
		t = t.AddDate(0, 0, 1)
	}
	return dataset.Time(t.UnixMicro()), nil
}

// excel reads days since 1899-12-30, to the second.
func excel(s string) (dataset.Time, error) {
	days, err := strconv.ParseFloat(s, 64)
	if err != nil || !(days >= 1 && days < 2958466) { // the year 10000
		return 0, fmt.Errorf("%q is not a day of Excel's", s)
	}
	const from = -2209161600 // 1899-12-30
	return dataset.Time((from + int64(math.Round(days*86400))) * 1e6), nil
}

// goLayout reads times with a layout of the time package, UTC if it has no zone, and
// of a period, two with " - " between them, its beginning.
// 24:00 is the next day's 0:00. Years of two digits are those from 1969 to 2039: of
// the others nobody knows the century.
func goLayout(name, format string) layout {
	short, clock := strings.Contains(format, "06") && !strings.Contains(format, "2006"), strings.Contains(format, "PM")
	digits, words := strings.Trim(format, "0123456789") == "", strings.Contains(format, "Jan") && !short
	withoutZone := strings.NewReplacer("Z07:00", "", "-07:00", "", "-0700", "", "-07", "").Replace(format)
	parse := func(s string) (time.Time, error) {
		t, err := time.Parse(format, s)
		if err == nil {
			return t, nil
		}
		for _, mark := range []string{" 24", "T24"} {
			if before, after, ok := strings.Cut(s, mark); ok && strings.Trim(after, ":0") == "" {
				if t, err = time.Parse(format, before+mark[:1]+"00"+after); err == nil {
					return t.AddDate(0, 0, 1), nil
				}
			}
		}
		if words {
			return time.Parse(format, inEnglish(s))
		}
		return t, err
	}
	return layout{name: name, marks: marksIn(withoutZone), parse: func(s string) (dataset.Time, error) {
		if clock {
			s = strings.ToUpper(s) // am, which Go reads as AM alone
			if strings.HasSuffix(s, "A") || strings.HasSuffix(s, "P") {
				s += "M"
			}
		}
		t, err := parse(s)
		if from, to, ok := strings.Cut(s, " - "); err != nil && ok {
			if _, err = parse(to); err == nil {
				t, err = parse(from)
			}
		}
		if err != nil || t.Year() < 0 || t.Year() > 9999 || short && t.Year() >= 2040 ||
			digits && !recent(t.Year()) {
			return 0, fmt.Errorf("%q is not a time as %s", s, name)
		}
		if t.Nanosecond()%1000 != 0 {
			return 0, fmt.Errorf("%q is finer than a microsecond", s)
		}
		return dataset.Time(t.UnixMicro()), nil
	}}
}

// namedLayouts are the layouts that are used only where they are named.
var namedLayouts = []layout{anyEpoch("epoch", 1), anyEpoch("epoch_ms", 1000), anyEpoch("epoch_us", 1e6),
	{name: "excel", parse: excel}, {name: "year", parse: decimalYear}}

// CheckLayout reports a layout that does not tell the year, or that names zones by
// abbreviations, whose meaning depends on the machine.
func CheckLayout(name string) error {
	if name == "" {
		return nil
	}
	for _, l := range append(layouts(), namedLayouts...) {
		if l.name == name {
			return nil
		}
	}
	format := goFormat(name)
	when := time.Date(2021, 11, 23, 13, 14, 15, 0, time.UTC)
	back, err := time.Parse(format, when.Format(format))
	switch {
	case strings.Contains(name, "%") && strings.Contains(format, "%"):
		return fmt.Errorf("%q has a letter behind %% that is none of Y, y, m, b, B, d, j, H, I, M, S, p, z, F, T", name)
	case strings.Contains(format, "MST"):
		return fmt.Errorf("%q has an abbreviated zone, which is not the same everywhere; use an offset", name)
	case err != nil || back.Year() != 2021:
		return fmt.Errorf("%q does not tell the year; write it as 'D/M/YYYY hh:mm', '%%d.%%m.%%Y' or '2006-01-02'", name)
	}
	return nil
}

// parseLayout finds a layout by its name here (epoch_ms, M/D/YYYY hh:mm), or reads
// strptime's (%d.%m.%Y) or one of Go's time package (2.1.2006).
func parseLayout(name string) layout {
	for _, l := range append(namedLayouts, layouts()...) {
		if l.name == name {
			return l
		}
	}
	return goLayout(name, goFormat(name))
}

func goFormat(name string) string {
	if !strings.Contains(name, "%") {
		return name
	}
	return strings.NewReplacer("%Y", "2006", "%m", "1", "%d", "2", "%H", "15", "%I", "3", "%M", "4", "%S", "5", ".%f", "",
		"%p", "PM", "%z", "-0700", "%b", "Jan", "%B", "January", "%y", "06", "%F", "2006-01-02", "%T", "15:04:05",
		"%j", "002").Replace(name)
}

// fastISO reads the most usual ISO forms, which many layouts share.
func fastISO(days *csv.DayCache, cell []byte) (t dataset.Time, ok bool) {
	if len(cell) != 10 && len(cell) != 20 {
		return 0, false
	}
	var padded [64]byte
	copy(padded[:], cell)
	t, end, ok := days.ShortTime(padded[:], 0)
	return t, ok && end == len(cell)
}

// bareNumber reports whether a cell is digits, with a sign or a point perhaps.
func bareNumber(cell []byte) bool {
	return len(bytes.TrimLeft(cell, "+-.0123456789")) == 0
}
