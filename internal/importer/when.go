package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/table"
)

// When is a time column, or the columns that are the parts of one.
type When struct {
	Name   string
	Layout string

	columns []int
	kinds   []string // of the columns, if they are known parts
	record  *Column  // of the parts, joined
	layout  layout
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
	"time": "time", "uhrzeit": "time", "zeit": "time", "hhmm": "time", "hrmn": "time",
}

// chains are the parts that go together; the longest beginning that reads is taken.
var chains = [][]string{
	{"date", "time"}, {"date", "hour", "minute"}, {"year", "month", "day", "hour", "minute", "second"},
	{"year", "quarter"}, {"year", "doy", "hour", "minute"},
}

var (
	// written is what a name may say besides: how its times are written.
	written   = regexp.MustCompile(`\s*[(\[](YYYY|MM|DD|HH|hh|mm|ss)([:/. -]?(YYYY|MM|DD|HH|hh|mm|ss))+[)\]]`)
	wholeDate = regexp.MustCompile(`^(\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/. ](\d\d?|[A-Za-z]{3})[-/. ](\d\d|\d{4}))$`)
	dayClock  = regexp.MustCompile(`^\d\d?:\d\d(:\d\d)?$`)
)

// zoneWords in a name say where its times hold.
var zoneWords = []string{"utc", "gmt", "local", "lst", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest"}

// partKind tells which part of a time a column is by its name, "" if none.
func partKind(name string) string {
	name = written.ReplaceAllString(name, "")
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
	words = slices.DeleteFunc(words, func(w string) bool {
		return slices.Contains(zoneWords, w)
	})
	return partKinds[strings.Join(words, "")]
}

// findWhens returns the times that are made of several columns: those that -time
// names, or those whose names say so, longer ones first.
func (t *Table) findWhens() (whens []*When, err error) {
	if t.opt.Time != nil {
		name := *t.opt.Time
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
		switch {
		case slices.Contains(w.kinds, "week"):
			return nil, fmt.Errorf("%s: -time %s: weeks are not read as times; use -time with the year alone", t.Name, name)
		case slices.Contains(w.kinds, ""):
			w.kinds = nil
		}
		return []*When{w}, nil
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
		var names []string
		for _, kind := range chain {
			if len(columns[kind]) != 1 {
				break
			}
			j := columns[kind][0]
			w.columns, w.kinds, names = append(w.columns, j), append(w.kinds, kind), append(names, t.Header[j])
			if len(names) > 1 {
				whens = append(whens, &When{Name: strings.Join(names, "+"), columns: slices.Clone(w.columns),
					kinds: slices.Clone(w.kinds), record: new(Column)})
			}
		}
	}
	slices.SortStableFunc(whens, func(a, b *When) int { return len(b.columns) - len(a.columns) })
	return whens, nil
}

// hasTimes reports whether a column's first cells look like times and are no numbers.
func (t *Table) hasTimes() bool {
	for j := range t.Header {
		other := func(r record) bool { return !looksTimed.MatchString(r.cells[j]) || isNumber(r.cells[j]) }
		if len(t.sample) > 0 && !slices.ContainsFunc(t.sample, other) {
			return true
		}
	}
	return false
}

// digitTimes reports whether the first cells of a column, whatever its name, are dates
// of digits alone, as hardly a number is.
func (t *Table) digitTimes(j int) bool {
	for _, r := range t.sample {
		cell := r.cells[j]
		if n := len(cell); n != 8 && n != 12 && n != 14 {
			return false
		}
		when, err := time.Parse("20060102150405"[:len(cell)], cell)
		if err != nil || when.Year() < 1900 || when.Year() > 2100 {
			return false
		}
	}
	return len(t.sample) > 1 && !ofThing(t.Header[j])
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
			if !slices.ContainsFunc(t.sample, unlike) && !t.opt.names(name) {
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
		t.Notes = append(t.Notes, fmt.Sprintf("%q and %q are taken for the day and the time of day, by their cells; "+
			"-time names another", t.Header[date[0]], t.Header[clock[0]]))
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
	return 0, fmt.Errorf("%s:%d: there is no column %q; name it with -%s: %s", t.Name, t.Skip+1, name, flag, hint)
}

// join appends the parts of a time as a layout reads them; nothing if one is missing.
func (w *When) join(dst []byte, cells [][]byte, named map[string]bool) []byte {
	start := len(dst)
	for i, j := range w.columns {
		cell := cells[j]
		if isMissing(cell) || named[string(cell)] {
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
		switch {
		case kind == "quarter":
			dst = append(dst, firstMonth(cell)...)
		case kind == "doy":
			dst = append(append(dst, "doy "...), cell...)
		case kind == "minute" && len(cell) == 1, kind == "time" && len(cell) == 3 && bareNumber(cell):
			dst = append(append(dst, '0'), cell...)
		case kind == "time" && string(cell) == "0": // hhmm without its zeros
			dst = append(dst, "0000"...)
		default:
			dst = append(dst, cell...)
		}
	}
	return dst
}

// firstMonth returns the first month of a quarter: 1 to 4, perhaps behind a Q.
func firstMonth(cell []byte) string {
	text := strings.TrimSuffix(strings.TrimPrefix(strings.ToUpper(string(cell)), "Q"), ".0")
	q, err := strconv.Atoi(text)
	if err != nil || q < 1 || q > 4 {
		return "no quarter"
	}
	return strconv.Itoa(3*q - 2)
}

// when includes the joined parts of a time.
func (p *profiler) when(c *Column, joined []byte, line int64) {
	if len(joined) == 0 {
		c.counts[emptyCells]++
		return
	}
	c.firsts[firstCell].see(joined, line)
	p.time(c, joined, line)
}

// decideTime chooses the time column: the one that is named, or the only one that
// reads as a time in every row, or else in nearly every one.
func (t *Table) decideTime() error {
	if t.opt.Time != nil {
		if *t.opt.Time == "" {
			return nil
		}
		t.Time = &When{Name: *t.opt.Time}
		if len(t.whens) > 0 {
			t.Time = t.whens[0]
		} else {
			j := slices.Index(t.Header, t.Time.Name)
			t.Time.columns, t.Time.record = []int{j}, t.Columns[j]
		}
		return t.chooseLayout(t.Time)
	}
	whens := slices.Clone(t.whens)
	for j, name := range t.Header {
		whens = append(whens, &When{Name: name, columns: []int{j}, record: t.Columns[j]})
	}
	var whole, most []*When
	used := map[int]bool{}
	for _, w := range whens {
		taken := slices.ContainsFunc(w.columns, func(j int) bool { return used[j] })
		if taken || !w.record.isTime() || slices.Contains(t.opt.Drop, w.Name) || w.Name == t.opt.Target {
			continue
		}
		if _, n := w.record.times(); n == w.record.Rows {
			whole = append(whole, w)
		} else if float64(n) >= (1-mostBad)*float64(w.record.Rows) {
			most = append(most, w)
		} else {
			continue
		}
		for _, j := range w.columns {
			used[j] = len(w.columns) > 1
		}
	}
	if len(whole) == 0 {
		whole = most
	}
	if best := t.clearest(whole); len(whole) > 1 && len(best) == 1 {
		t.Notes = append(t.Notes, fmt.Sprintf("several columns read as times; %q is taken, which says the most; -time names "+
			"another", best[0].Name))
		whole = best
	}
	switch len(whole) {
	case 0:
		if t.opt.Layout != "" {
			return fmt.Errorf("%s: no column reads as times written as %s; name the column with -time", t.Name, t.opt.Layout)
		}
		return nil
	case 1:
		t.Time = whole[0]
		return t.chooseLayout(t.Time)
	}
	var names []string
	for _, w := range whole {
		names = append(names, w.Name)
	}
	return fmt.Errorf("%s: several columns read as times: %s; name one with -time, or -time '' for none", t.Name,
		table.Quote(names))
}

// clearest returns the times that say the most: a date in one column before its
// parts in several, and these before a number that is perhaps one.
func (t *Table) clearest(whens []*When) (best []*When) {
	least := 3
	for _, w := range whens {
		rank := 1
		if len(w.columns) == 1 {
			rank = 0
			fit, _ := w.record.times()
			if bareNumber([]byte(w.record.Example())) && t.opt.layouts()[fit[0]].order == "decimal" {
				rank = 2
			}
		}
		if rank < least {
			least, best = rank, nil
		}
		if rank == least {
			best = append(best, w)
		}
	}
	return best
}

// chooseLayout settles how the times are written.
func (t *Table) chooseLayout(w *When) error {
	all := t.opt.layouts()
	fit, n := w.record.times()
	if n == 0 || !w.record.isTime() {
		return t.unreadable(w, fit)
	}
	w.layout = all[fit[0]]
	w.Layout = w.layout.name
	cell := w.record.firsts[firstDiffer]
	for _, i := range fit[1:] {
		if other := all[i]; other.order != w.layout.order && cell.Line > 0 {
			a, errA := w.layout.parse(cell.Cell)
			b, errB := other.parse(cell.Cell)
			if a != b && errA == nil && errB == nil {
				return fmt.Errorf("%s:%d: column %q: %q is %s as %s and %s as %s, and no row tells which; use "+
					"-time-layout '%s' or '%s'", t.Name, cell.Line, w.Name, cell.Cell, a, w.layout.name, b, other.name,
					w.layout.name, other.name)
			}
		}
	}
	return nil
}

// unreadable finds the first cell that is no time, in the layout that reads the most.
func (t *Table) unreadable(w *When, fit []int) error {
	named := newReader(t.opt).named
	reads, as := func(string) bool { return false }, ""
	if len(fit) > 0 {
		l := t.opt.layouts()[fit[0]]
		reads = func(s string) bool { _, err := l.parse(s); return err == nil }
		as = " as " + l.name + ", as others are"
	}
	var found error
	for b, err := range t.blocks(t.Dialect, new(uint64)) {
		if err != nil {
			return err
		}
		var joined []byte
		err := t.each(t.Name, b, func(cells [][]byte, _ []byte, line int64) error {
			if joined = w.join(joined[:0], cells, named); len(joined) == 0 || reads(string(joined)) {
				return nil
			}
			_, n := w.record.times()
			found = fmt.Errorf("%s:%d: column %q: %q is not a time%s; %d of %d cells are not. Use -missing for what is "+
				"missing, -time-layout, or -time '' for none", t.Name, line, w.Name, csv.Clip(string(joined)), as,
				w.record.Rows-w.record.gaps()-n, w.record.Rows-w.record.gaps())
			return found
		})
		if found != nil || err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: the time column %q is empty", t.Name, w.Name)
}
