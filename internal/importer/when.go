package importer

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/table"
	"mlpipeline/internal/times"
)

// When is a time column, or the columns that are the parts of one.
type When struct {
	Name   string
	Layout string

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
var zoneWords = []string{"utc", "gmt", "local", "lst", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest"}

// partKind tells which part of a time a column is by its name, "" if none.
func partKind(name string) string {
	name = written.ReplaceAllString(name, "")
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(zoneWords, w) })
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
		v := parse([]byte(r.cells[j]))
		more = more || !(v == 0 || v == 1)
		if i == 0 || slices.ContainsFunc(before, func(k int) bool { return r.cells[k] != t.sample[i-1].cells[k] }) {
			continue
		}
		switch last := parse([]byte(t.sample[i-1].cells[j])); {
		case v > last:
			ups++
		case v < last:
			downs++
		}
	}
	return (more || kind != "hour") && (ups+downs < 5 || 5*min(ups, downs) <= ups+downs)
}

// all reports whether all first cells of a column are as they should be.
func (t *Table) all(j int, is func(cell string) bool) bool {
	return len(t.sample) > 0 && !slices.ContainsFunc(t.sample, func(r record) bool { return !is(r.cells[j]) })
}

// findClock finds the day and the time of day by their cells, where their names do not
// tell: a day goes on for several rows, each at a time of its own.
func (t *Table) findClock(columns map[string][]int) {
	if len(columns["time"])+len(columns["hour"])+len(columns["doy"]) > 0 {
		return
	}
	find := func(like *regexp.Regexp) (found []int) {
		for j, name := range t.Header {
			if !t.opt.names(name) && t.all(j, like.MatchString) {
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
		t.note("%q and %q are taken for the day and the time of day, by their cells; -time names another",
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
	found := t.candidates()
	for _, rule := range []struct {
		keep func([]*When) []*When
		note string
	}{
		{t.clearest, "several columns read as times; %q is taken, which says the most; -time names another"},
		{t.beginning, "several columns read as times; %q is taken, at which each row begins; -time names another"},
	} {
		if best := rule.keep(found); len(found) > 1 && len(best) > 0 {
			if found = best; len(best) == 1 {
				t.note(rule.note, best[0].Name)
			}
		}
	}
	switch {
	case len(found) == 1:
		t.Time = found[0]
		return t.chooseLayout(t.Time)
	case len(found) == 0 && t.opt.Layout != "":
		return fmt.Errorf("%s: no column reads as times written as %s; name the column with -time", t.Name, t.opt.Layout)
	case len(found) == 0:
		if j := slices.IndexFunc(t.Columns, (*Column).digitTimes); j >= 0 && t.Header[j] != t.opt.Target && !ofThing(t.Header[j]) {
			return fmt.Errorf("%s: column %q has times in digits, as %q in line %d; -time %s takes it for the time, -time '' leaves "+
				"it a number", t.Name, t.Header[j], t.Columns[j].Example(), t.Columns[j].firsts[firstCell].Line, table.ShellWord(t.Header[j]))
		}
		if t.yearsNote != "" {
			t.note("%s", t.yearsNote)
		}
		return nil
	}
	var names []string
	for _, w := range found {
		names = append(names, w.Name)
	}
	return fmt.Errorf("%s: several columns read as times: %s; name one with -time, or -time '' for none", t.Name,
		table.Quote(names))
}

// digitTimes reports whether a column's numbers may be dates of digits alone, as hardly a
// number is: the least and the greatest are, and all of them are as long.
func (c *Column) digitTimes() bool {
	all, n := &c.numbers[whole], c.Width.Most
	low := times.InDigits(strconv.FormatFloat(all.Min(), 'f', -1, 64))
	high := times.InDigits(strconv.FormatFloat(all.Max(), 'f', -1, 64))
	return all.N > 1 && all.N == c.Rows && c.Width.Least == n && (n == 8 || n == 12 || n == 14) && low && high &&
		all.Min() != all.Max() && all.Min() >= 1.9e3*math.Pow10(n-4) && all.Max() < 2.1e3*math.Pow10(n-4)
}

// candidates returns what reads as a time in every row or, where nothing does, in nearly
// every row. Columns that are parts of one are none themselves.
func (t *Table) candidates() []*When {
	whens := slices.Clone(t.whens)
	for j, name := range t.Header {
		whens = append(whens, &When{Name: name, columns: []int{j}, record: t.Columns[j]})
	}
	var whole, most []*When
	used := map[int]bool{}
	for _, w := range whens {
		taken := slices.ContainsFunc(w.columns, func(j int) bool { return used[j] })
		_, n := w.record.times()
		if taken || !w.record.isTime() || float64(n) < (1-mostBad)*float64(w.record.Rows) ||
			slices.Contains(t.opt.Drop, w.Name) || w.Name == t.opt.Target || t.isRepeatedYear(w) {
			continue
		}
		most = append(most, w)
		if n == w.record.Rows {
			whole = append(whole, w)
		}
		for _, j := range w.columns {
			used[j] = len(w.columns) > 1
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return most
}

// isRepeatedYear reports whether a column of whole years is a number of the row rather
// than its time: it is always the same, or the years are neither different in all rows nor
// in those that share the value of another column, as in a panel.
func (t *Table) isRepeatedYear(w *When) bool {
	c := w.record
	if len(w.columns) > 1 || c.numbers[whole].N != c.Rows-c.gaps() || c.Width.Most != 4 || c.Width.Least != 4 || c.Many {
		return false
	}
	if len(c.Levels) == 1 && c.Rows > 1 {
		t.yearsNote = fmt.Sprintf("column %q is %s in all rows and no time", w.Name, c.Example())
		return true
	}
	if int64(len(c.Levels)) == c.Rows-c.gaps() {
		return false
	}
	for j := range t.Header {
		if j != w.columns[0] && t.tellsApart(j, w.columns[0]) {
			return false
		}
	}
	t.yearsNote = fmt.Sprintf("column %q holds years that come again, and no column tells their rows apart: it is read as a "+
		"number; -time %s takes it for the time", w.Name, table.ShellWord(w.Name))
	return true
}

// tellsApart reports whether no two of the first rows of one year share the value of a
// column, whose values come again in other years.
func (t *Table) tellsApart(j, year int) bool {
	values, years, pairs := map[string]bool{}, map[string]bool{}, map[[2]string]bool{}
	for _, r := range t.sample {
		pair := [2]string{r.cells[year], r.cells[j]}
		if pairs[pair] {
			return false
		}
		pairs[pair], values[r.cells[j]], years[r.cells[year]] = true, true, true
	}
	if len(years) == 1 { // its rows fill the sample
		return !t.Columns[j].Many && 2*int64(len(t.Columns[j].Levels)) <= t.Columns[j].Rows && t.Header[j] != t.opt.Target
	}
	return 2*len(values) <= len(pairs) && t.Header[j] != t.opt.Target
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
			if bareNumber([]byte(w.record.Example())) && t.opt.layouts()[fit[0]].Order == "decimal" {
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

// beginnings and endings are what columns are called between whose times a row lies.
var (
	beginnings = []string{"start", "started", "begin", "beginning", "from", "von", "beginn", "pickup", "departure", "opened", "open", "de",
		"début", "inicio", "inizio", "начало", "od"}
	endings = []string{"end", "ended", "stop", "to", "until", "bis", "ende", "dropoff", "arrival", "closed", "close", "à", "fin", "fine",
		"конец", "do"}
)

// beginning returns the first of times of which one is the beginning and the others the
// ends of what a row is about, by their names.
func (t *Table) beginning(whens []*When) []*When {
	has := func(w *When, words []string) bool {
		return slices.ContainsFunc(wordsOf(w.Name), func(word string) bool { return slices.Contains(words, word) })
	}
	begins := slices.DeleteFunc(slices.Clone(whens), func(w *When) bool { return !has(w, beginnings) })
	others := slices.DeleteFunc(slices.Clone(whens), func(w *When) bool { return has(w, beginnings) || has(w, endings) })
	if len(begins) == 1 && len(others) == 0 {
		return begins
	}
	return nil
}

// chooseLayout settles how the times are written: of the layouts that read the most cells,
// and different times in one of them, that in which the rows go back least.
func (t *Table) chooseLayout(w *When) error {
	all := t.opt.layouts()
	best, n := w.record.times()
	if n == 0 || !w.record.isTime() {
		return t.notTimes(w, best)
	}
	w.layout = all[best[0]]
	cell := w.record.firsts[firstDiffer]
	disorder := func(layout int) int64 { f := w.record.fit(layout); return min(f.up, f.down) }
	chosen, byOrder := best[0], false
	if i := slices.IndexFunc(best, func(i int) bool { return all[i].Name == t.opt.Usual.Layout }); i >= 0 {
		chosen, best = best[i], nil
	} else if t.opt.Usual.Layout != "" {
		t.note("the times are not written as before, as %s", t.opt.Usual.Layout)
	}
	for _, i := range best[min(1, len(best)):] {
		a, okA := all[chosen].Parse(cell.Cell)
		b, okB := all[i].Parse(cell.Cell)
		if cell.Line == 0 || all[i].Order == all[chosen].Order || a.Time == b.Time || !okA || !okB {
			continue
		}
		one, other := disorder(chosen), disorder(i)
		if one == other || max(one, other) < 2*min(one, other) {
			return fmt.Errorf("%s:%d: column %q: %q is %s as %s and %s as %s, and no row tells which; use "+
				"-time-layout '%s' or '%s'", t.Name, cell.Line, w.Name, cell.Cell, a, all[chosen].Name, b, all[i].Name,
				all[chosen].Name, all[i].Name)
		}
		if byOrder = true; other < one {
			chosen = i
		}
	}
	w.layout, w.index = all[chosen], chosen
	w.Layout = w.layout.Name
	if byOrder {
		t.note("the times are read as %s, in which the rows are in order; -time-layout names another", w.Layout)
	}
	r, ok := w.layout.Parse(w.record.Example())
	if w.inParts() {
		r, ok = times.Reading{Clock: slices.Contains(w.kinds, "hour")}, true
	}
	if ok && r.Clock && !r.Zoned && t.opt.Zone == nil {
		t.note("the times have no zone and are taken for UTC; -zone NAME says where they hold")
	}
	return nil
}

// notTimes finds the first cell that is no time, in the layout that reads the most.
func (t *Table) notTimes(w *When, fit []int) error {
	r := newReader(t.opt)
	as := ""
	w.layout = times.Layout{Parse: func(string) (times.Reading, bool) { return times.Reading{}, false }}
	if len(fit) > 0 {
		w.layout = t.opt.layouts()[fit[0]]
		as = " as " + w.layout.Name + ", as others are"
	}
	var found error
	for b, err := range t.blocks(new(uint64)) {
		if err != nil {
			return err
		}
		var text []byte
		err := t.each(t.Name, b, func(cells [][]byte, _ []byte, line int64) error {
			text = w.text(text[:0], cells, &r)
			if _, ok := w.read(text, cells); ok || len(text) == 0 {
				return nil
			}
			_, n := w.record.times()
			found = fmt.Errorf("%s:%d: column %q: %q is not a time%s; %d of %d cells are not. Use -missing for what is "+
				"missing, -time-layout, or -time '' for none", t.Name, line, w.Name, csv.Clip(string(text)), as,
				w.record.Rows-w.record.gaps()-n, w.record.Rows-w.record.gaps())
			return found
		})
		if found != nil || err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: the time column %q is empty", t.Name, w.Name)
}
