package importer

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// chooseDelimiter returns the delimiter that is named, or the one that cuts
// the most of the first lines into as many cells as the header.
func chooseDelimiter(content []byte, named string) (rune, error) {
	if named != "" {
		return ParseDelimiter(named)
	}
	lines := firstLines(content, 20)
	best, most, cells := rune(0), 0, 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		n := countOutside(lines[0], d)
		same := 0
		for _, line := range lines {
			if countOutside(line, d) == n {
				same++
			}
		}
		if n > 0 && (same > most || same == most && n > cells) {
			best, most, cells = rune(d), same, n
		}
	}
	if best == 0 {
		return 0, errors.New("the header holds no delimiter (comma, semicolon, tab, bar); use -delimiter")
	}
	return best, nil
}

// firstLines returns up to n records, as lines that may hold quoted newlines.
func firstLines(content []byte, n int) [][]byte {
	var lines [][]byte
	quoted, start := false, 0
	for i, c := range content {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			if line := bytes.TrimRight(content[start:i], "\r"); len(line) > 0 {
				lines = append(lines, line)
			}
			start = i + 1
			if len(lines) == n {
				return lines
			}
		}
	}
	if start < len(content) {
		lines = append(lines, content[start:])
	}
	return lines
}

func countOutside(line []byte, d byte) int {
	quoted, n := false, 0
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == d && !quoted:
			n++
		}
	}
	return n
}

var (
	withComma = regexp.MustCompile(`^[+-]?\d+,\d+$`)
	withPoint = regexp.MustCompile(`^[+-]?\d*\.\d+$`)
	thousands = regexp.MustCompile(`^[+-]?\d{1,3},\d{3}$`)
)

// guessDecimal looks at all cells but those of the time column.
func guessDecimal(records []record, timeCol int) (string, error) {
	commas, points, perhaps := 0, 0, 0
	for _, r := range records {
		for j, cell := range r.cells {
			switch {
			case j == timeCol:
			case withPoint.MatchString(cell):
				points++
			case withComma.MatchString(cell):
				commas++
				if thousands.MatchString(cell) {
					perhaps++
				}
			}
		}
	}
	switch {
	case commas <= points:
		return ".", nil
	case commas == perhaps:
		return "", errors.New("numbers such as 1,234 may be decimals or thousands; use -decimal , or write them " +
			"without separators")
	}
	return ",", nil
}

// layout is a way to write times.
type layout struct {
	name   string
	format string // of the time package, if it is one
	parse  func(string) (dataset.Time, error)
}

// epochs count from 1970-01-01T00:00:00Z.
var epochs = []struct {
	name      string
	digits    int // of the times of our days
	perSecond int64
}{{"epoch", 10, 1}, {"epoch_ms", 13, 1000}, {"epoch_us", 16, 1e6}}

func epoch(name string, perSecond int64) layout {
	return layout{name: name, parse: func(s string) (dataset.Time, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		limit := 253402300800 * perSecond // the year 10000
		if err != nil || n <= -limit || n >= limit {
			return 0, fmt.Errorf("%q is not a time as %s", s, name)
		}
		return dataset.Time(n * (1e6 / perSecond)), nil
	}}
}

// goLayout reads times with a layout of the time package, UTC if it has no zone.
func goLayout(name, format string) layout {
	return layout{name, format, func(s string) (dataset.Time, error) {
		t, err := time.Parse(format, s)
		if err != nil {
			return 0, fmt.Errorf("%q is not a time as %s", s, name)
		}
		if t.Nanosecond()%1000 != 0 {
			return 0, fmt.Errorf("%q is finer than a microsecond", s)
		}
		return dataset.Time(t.UnixMicro()), nil
	}}
}

// dates and clocks make up the layouts that are tried. Those with a name of
// more than one meaning are told apart by the data, or not at all.
var (
	dates = []struct{ name, format string }{
		{"M/D/YYYY", "1/2/2006"}, {"D/M/YYYY", "2/1/2006"},
		{"DD.MM.YYYY", "2.1.2006"}, {"M-D-YYYY", "1-2-2006"}, {"D-M-YYYY", "2-1-2006"},
		{"YYYY/M/D", "2006/1/2"}, {"YYYY-M-D", "2006-1-2"}, {"YYYYMMDD", "20060102"},
		{"D Mon YYYY", "2 Jan 2006"}, {"D-Mon-YYYY", "2-Jan-2006"},
	}
	clocks = []struct{ name, format string }{
		{"", ""}, {" hh:mm", " 15:04"}, {" hh:mm:ss", " 15:04:05"}, {"Thh:mm:ss", "T15:04:05"},
		{" h:mm PM", " 3:04 PM"}, {" h:mm:ss PM", " 3:04:05 PM"},
		{"hhmm", "1504"}, {"hhmmss", "150405"}, {"hh", "15"}, {" hh", " 15"},
	}
	zones = []struct{ name, format string }{{"", ""}, {"±hh:mm", "Z07:00"}, {" ±hhmm", " -0700"}, {"±hhmm", "-0700"}}
)

func candidates(example string) []layout {
	all := []layout{{"ISO 8601", time.RFC3339, dataset.ParseTime}}
	for _, e := range epochs {
		if digits := len(strings.TrimPrefix(example, "-")); digits == e.digits {
			all = append(all, epoch(e.name, e.perSecond))
		}
	}
	for _, d := range dates {
		for _, c := range clocks {
			for _, z := range zones {
				all = append(all, goLayout(d.name+c.name+z.name, d.format+c.format+z.format))
			}
		}
	}
	return all
}

// chooseLayout returns the layout that is named, or the only one that reads
// every timestamp.
func chooseLayout(path string, records []record, timeCol int, opt Options) (layout, error) {
	if opt.Layout != "" {
		return parseLayout(opt.Layout), nil
	}
	column := records[0].cells[timeCol]
	if column == "" {
		return layout{}, fmt.Errorf("%s:%d: column %q: the timestamp is missing", path, records[0].line, opt.Time)
	}
	left := candidates(column)
	for _, r := range records {
		var next []layout
		for _, l := range left {
			if _, err := l.parse(r.cells[timeCol]); err == nil {
				next = append(next, l)
			}
		}
		if len(next) == 0 {
			hint := "use -time-layout to say how times are written"
			if r.line != records[0].line {
				hint = fmt.Sprintf("the rows before are written as %s", left[0].name)
			}
			return layout{}, fmt.Errorf("%s:%d: column %q: %s is not a time that can be read; %s", path, r.line,
				opt.Time, table.Quote(r.cells[timeCol:timeCol+1]), hint)
		}
		left = next
	}
	for _, other := range left[1:] {
		for _, r := range records {
			a, _ := left[0].parse(r.cells[timeCol])
			b, _ := other.parse(r.cells[timeCol])
			if a != b {
				return layout{}, fmt.Errorf("%s:%d: column %q: %q is %s as %s and %s as %s, and no row tells "+
					"which; use -time-layout '%s' or '%s'", path, r.line, opt.Time, r.cells[timeCol], a, left[0].name, b,
					other.name, left[0].name, other.name)
			}
		}
	}
	return left[0], nil
}

// CheckLayout reports a layout that does not tell the day, or that names zones
// by abbreviations, whose meaning depends on the machine.
func CheckLayout(name string) error {
	if name == "" {
		return nil
	}
	when := time.Date(2021, 11, 23, 13, 14, 15, 0, time.UTC)
	for _, e := range epochs {
		if name == e.name {
			return nil
		}
	}
	l := parseLayout(name)
	text := when.Format(l.format)
	back, err := time.Parse(l.format, text)
	switch {
	case strings.Contains(l.format, "MST"):
		return fmt.Errorf("%q has an abbreviated zone, which is not the same everywhere; use an offset", name)
	case err != nil || back.Year() != 2021 || back.YearDay() != when.YearDay():
		return fmt.Errorf("%q does not tell year, month and day; write it as 'D/M/YYYY hh:mm', '%%d.%%m.%%Y' or "+
			"'2006-01-02'", name)
	}
	return nil
}

// parseLayout reads the name of a layout: epoch, epoch_ms, epoch_us; one as
// the messages here name it (M/D/YYYY hh:mm); strptime's (%d.%m.%Y); or one of
// Go's time package (2.1.2006).
func parseLayout(name string) layout {
	for _, e := range epochs {
		if name == e.name {
			return epoch(e.name, e.perSecond)
		}
	}
	if strings.Contains(name, "%") {
		return goLayout(name, strings.NewReplacer("%Y", "2006", "%m", "1", "%d", "2", "%H", "15", "%I", "3", "%M", "4",
			"%S", "5",
			"%p", "PM", "%z", "-0700", "%b", "Jan", "%y", "06", "%F", "2006-01-02", "%T", "15:04:05", "%j", "002").Replace(name))
	}
	for _, l := range candidates("") {
		if l.name == name {
			return l
		}
	}
	return goLayout(name, name)
}
