package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/table"
	"mlpipeline/internal/times"
)

// When is a time column, or the columns that are the parts of one.
type When struct {
	Name string

	columns []int
	kinds   []string // of the columns, if they are known parts
	record  *Column  // of the parts, joined
	layout  times.Layout
	index   int // of the layout
}

// partKinds are the names of columns that are parts of a time, as they are often
// written.
var partKinds = map[string]string{
	"year": "year", "yr": "year", "yyyy": "year", "yy": "year", "jahr": "year",
	"month": "month", "mon": "month", "mo": "month", "mn": "month", "mm": "month", "monat": "month",
	"quarter": "quarter", "qtr": "quarter",
	"doy": "doy", "dayofyear": "doy", "yday": "doy", "jday": "doy",
	"week": "week", "woy": "week", "weekofyear": "week", "isoweek": "week",
	"day": "day", "dy": "day", "dd": "day", "dayofmonth": "day", "tag": "day", "da": "day",
	"hour": "hour", "hr": "hour", "hh": "hour", "stunde": "hour",
	"minute": "minute", "min": "minute", "mi": "minute", "second": "second", "sec": "second",
	"date": "date", "datum": "date", "fecha": "date", "yyyymmdd": "date", "ymd": "date",
	"time": "time", "uhrzeit": "time", "zeit": "time", "hhmm": "time", "hrmn": "time", "starttime": "time",
}

// chains are the parts that go together; the longest beginning that reads is taken.
var chains = [][]string{
	{"date", "time"}, {"date", "hour", "minute"}, times.Fields,
	{"year", "quarter"}, {"year", "doy", "hour", "minute"},
}

var (
	// written is what a name may say besides: how its times are written.
	written   = regexp.MustCompile(`\s*[(\[](YYYY|MM|DD|HH|hh|mm|ss)([:/. -]?(YYYY|MM|DD|HH|hh|mm|ss))+[)\]]`)
	wholeDate = regexp.MustCompile(`^(\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/. ](\d\d?|[A-Za-z]{3})[-/. ](\d\d|\d{4}))$`)
	dayClock  = regexp.MustCompile(`^\d\d?:\d\d(:\d\d)?$`)
)

// zoneWords in a name say where its times hold.
var zoneWords = []string{"utc", "gmt", "local", "lst", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet",
	"cest"}

// partKind tells which part of a time a column is by its name, "" if none.
func partKind(name string) string {
	name = written.ReplaceAllString(name, "")
	words := slices.DeleteFunc(wordsOf(name), func(w string) bool { return slices.Contains(zoneWords, w) })
	return partKinds[strings.Join(words, "")]
}

// findWhens returns the times that are made of several columns: those that -time
// names, or those whose names say so, longer ones first.
func (t *Table) findWhens() (whens []*When, err error) {
	if t.opt.Time != nil {
		return t.namedWhen(*t.opt.Time)
	}
	columns := map[string][]int{}
	for j, name := range t.Header {
		kind := partKind(name)
		if name == "mm" && slices.Contains(t.Header, "MM") { // as buoys write it
			kind = "minute"
		}
		if kind != "" && !slices.Contains(t.opt.Drop, name) {
			columns[kind] = append(columns[kind], j)
		}
	}
	t.findClock(columns)
	for _, chain := range chains {
		w := When{}
		for i, kind := range chain {
			if len(columns[kind]) != 1 || !t.isPart(w.columns, kind, columns[kind][0]) {
				break
			}
			j := columns[kind][0]
			w.columns, w.kinds = append(w.columns, j), append(w.kinds, kind)
			if w.Name += t.Header[j]; i > 0 {
				whens = append(whens, &When{Name: w.Name, columns: slices.Clone(w.columns), kinds: slices.Clone(w.kinds),
					record: new(Column)})
			}
			w.Name += "+"
		}
	}
	slices.SortStableFunc(whens, func(a, b *When) int { return len(b.columns) - len(a.columns) })
	return whens, nil
}

// namedWhen is the time that -time names, where it is in several columns.
func (t *Table) namedWhen(name string) ([]*When, error) {
	if name == "" || slices.Contains(t.Header, name) {
		return nil, nil
	}
	w := &When{Name: name, record: new(Column)}
	for _, part := range strings.Split(name, "+") {
		j, err := t.find("time", part)
		if err != nil {
			return nil, err
		}
		w.columns, w.kinds = append(w.columns, j), append(w.kinds, partKind(part))
	}
	if slices.Contains(w.kinds, "week") {
		return nil, fmt.Errorf("%s: -time %s: weeks are not read as times; use -time with the year alone", t.Name, name)
	}
	known := func(chain []string) bool {
		return len(w.kinds) <= len(chain) && slices.Equal(w.kinds, chain[:len(w.kinds)])
	}
	if !slices.ContainsFunc(chains, known) {
		w.kinds = nil
	}
	return []*When{w}, nil
}

// isPart reports whether the values of a column may be a finer part of a time than those
// before it: hours are not only 0 and 1, and within a day they rise, or fall.
func (t *Table) isPart(before []int, kind string, j int) bool {
	if kind != "hour" && kind != "minute" || len(t.sample) < 3 {
		return true
	}
	ups, downs, more := 0, 0, false
	for i, r := range t.sample {
		v := csv.Number(r.cells[j])
		more = more || !(v == 0 || v == 1)
		if i == 0 || slices.ContainsFunc(before, func(k int) bool { return r.cells[k] != t.sample[i-1].cells[k] }) {
			continue
		}
		switch last := csv.Number(t.sample[i-1].cells[j]); {
		case v > last:
			ups++
		case v < last:
			downs++
		}
	}
	return (more || kind != "hour") && (ups+downs < 5 || 5*min(ups, downs) <= ups+downs)
}

// findClock finds the day and the time of day by their cells, where their names do not
// tell: a day goes on for several rows, each at a time of its own.
func (t *Table) findClock(columns map[string][]int) {
	if len(columns["time"])+len(columns["hour"])+len(columns["doy"]) > 0 {
		return
	}
	find := func(like *regexp.Regexp) (found []int) {
		for j, name := range t.Header {
			unlike := func(r record) bool { return !like.MatchString(r.cells[j]) }
			if !t.opt.names(name) && len(t.sample) > 0 && !slices.ContainsFunc(t.sample, unlike) {
				found = append(found, j)
			}
		}
		return found
	}
	date, clock := columns["date"], find(dayClock)
	if len(date) == 0 {
		date = find(wholeDate)
	}
	if len(date) != 1 || len(clock) != 1 {
		return
	}
	together := 0 // rows of the day of the row before
	for i := 1; i < len(t.sample); i++ {
		before, row := t.sample[i-1].cells, t.sample[i].cells
		switch {
		case before[date[0]] != row[date[0]]:
		case before[clock[0]] == row[clock[0]]:
			return
		default:
			together++
		}
	}
	if together > 0 {
		columns["date"], columns["time"] = date, clock
		t.Notes.Add("%q and %q are taken for the day and the time of day, by their cells; -time names another",
			t.Header[date[0]], t.Header[clock[0]])
	}
}

// find returns the index of a column that a flag names.
func (t *Table) find(flag, name string) (int, error) {
	if j := slices.Index(t.Header, name); j >= 0 {
		return j, nil
	}
	hint := table.Meant(name, t.Header, "the header has")
	if flag == "target" {
		hint += "; -target '' reads rows without one"
	}
	if !t.names {
		hint += "; if the first line is the header, use -header=true"
	}
	if e := t.Encoding(); e != "" {
		hint += fmt.Sprintf("; the file is read as %s, and -encoding names another", e)
	}
	for _, r := range t.others {
		line := r.line + t.opt.Skip
		hint += fmt.Sprintf("; line %d, %s, is the header with -skip %d", line, csv.Clip(table.Quote(r.cells)), line-1)
	}
	return 0, fmt.Errorf("%s:%d: there is no column %q; name it with -%s: %s", t.Name, t.Skip+1, name, flag, hint)
}

// text returns the cell of a time or, of several, what they say together; nothing if one
// is missing.
func (w *When) text(dst []byte, cells [][]byte, r *reader) []byte {
	start := len(dst)
	for i, j := range w.columns {
		cell := cells[j]
		if isMissing(cell) || r.named[string(cell)] {
			return dst[:start]
		}
		kind := ""
		if w.kinds != nil {
			kind = w.kinds[i]
		}
		switch {
		case i == 0:
		case kind == "minute" && w.kinds[0] == "date":
			dst = append(dst, ':')
		default:
			dst = append(dst, ' ')
		}
		if kind == "minute" && len(cell) == 1 {
			dst = append(dst, '0')
		}
		for n := len(cell); kind == "time" && n < 4 && bareNumber(cell); n++ { // hhmm without its zeros
			dst = append(dst, '0')
		}
		dst = append(dst, cell...)
	}
	return dst
}

// read reads the time of a row, whose text is given.
func (w *When) read(text []byte, cells [][]byte) (times.Reading, bool) {
	if !w.inParts() {
		return w.layout.Parse(string(text))
	}
	values := make([]string, len(w.columns))
	for i, j := range w.columns {
		values[i] = string(cells[j])
	}
	return times.Parts(values, w.kinds)
}

// inParts reports whether the time is numbers, each a part of it.
func (w *When) inParts() bool { return len(w.kinds) > 0 && w.kinds[0] == "year" }

// when includes the time of a row.
func (p *profiler) when(w *When, c *Column, text []byte, cells [][]byte, line int64) {
	c.Rows++
	if len(text) == 0 {
		c.counts[emptyCells]++
		return
	}
	c.firsts[firstCell].see(text, line)
	if !w.inParts() {
		p.time(c, text, line)
	} else if r, ok := w.read(text, cells); ok {
		c.read(p.parts, r.Time)
	}
}
