package importer

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/table"
	"mlpipeline/internal/times"
)

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
				t.Notes.Add(rule.note, best[0].Name)
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
		return t.noTime()
	}
	var names []string
	for _, w := range found {
		names = append(names, w.Name)
	}
	return fmt.Errorf("%s: several columns read as times: %s; name one with -time, or -time '' for none", t.Name,
		table.Quote(names))
}

// noTime reports a column that may be the time where none is, and says which was not taken.
func (t *Table) noTime() error {
	for j, c := range t.Columns {
		name, first := t.Header[j], c.firsts[firstCell]
		if c.digitTimes() && name != t.opt.Target && !says(name, ofThings) && !t.opt.names(name) {
			return fmt.Errorf("%s: column %q has times in digits, as %q in line %d; -time %s takes it for the time, -time '' "+
				"leaves it a number", t.Name, name, first.Cell, first.Line, table.ShellWord(name))
		}
	}
	if t.yearsNote != "" {
		t.Notes.Add("%s", t.yearsNote)
	}
	return nil
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
	t.yearsNote = fmt.Sprintf("column %q holds years that come again, and no column tells their rows apart: it is read as "+
		"a number; -time %s takes it for the time", w.Name, table.ShellWord(w.Name))
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
	beginnings = []string{"start", "started", "begin", "beginning", "from", "von", "beginn", "pickup", "departure", "opened", "open",
		"de", "début", "inicio", "inizio", "начало", "od"}
	endings = []string{"end", "ended", "stop", "to", "until", "bis", "ende", "dropoff", "arrival", "closed", "close", "à", "fin",
		"fine", "конец", "do"}
)

// beginning returns the first of times of which one is the beginning and the others the
// ends of what a row is about, by their names.
func (t *Table) beginning(whens []*When) []*When {
	var begins []*When
	for _, w := range whens {
		if says(w.Name, beginnings) {
			begins = append(begins, w)
		} else if !says(w.Name, endings) {
			return nil
		}
	}
	if len(begins) > 1 {
		return nil
	}
	return begins
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
		t.Notes.Add("the times are not written as before, as %s", t.opt.Usual.Layout)
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
	if byOrder {
		t.Notes.Add("the times are read as %s, in which the rows are in order; -time-layout names another", w.layout.Name)
	}
	r, ok := w.layout.Parse(w.record.Example())
	if w.inParts() {
		r, ok = times.Reading{Clock: slices.Contains(w.kinds, "hour")}, true
	}
	if ok && r.Clock && !r.Zoned && t.opt.Zone == nil {
		t.Notes.Add("the times have no zone and are taken for UTC; -zone NAME says where they hold")
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

// noteUnread notes the columns that are called times where none is read: words, and
// numbers too large for the seconds of an experiment.
func (t *Table) noteUnread() {
	if t.Time != nil || t.opt.Time != nil {
		return
	}
	for j, name := range t.Header {
		kind, c := t.formats[j].Kind, t.Columns[j]
		words := kind == Category || kind == Identifier
		numbers := kind == Number && c.numbers[point].N == 0 && c.numbers[whole].Min() >= 10000
		if !timely(name) || name == t.opt.Target || !words && !numbers {
			continue
		}
		first := c.firsts[firstCell]
		why := ""
		if best, n := c.times(); n > 0 {
			why = fmt.Sprintf("; %d of %d cells are times as %s, and -time %s names the first that is none", n, c.Rows-c.gaps(),
				t.opt.layouts()[best[0]].Name, table.ShellWord(name))
		}
		for _, l := range times.Named {
			from, okFrom := l.Parse(strconv.FormatFloat(c.numbers[whole].Min(), 'f', -1, 64))
			to, okTo := l.Parse(strconv.FormatFloat(c.numbers[whole].Max(), 'f', -1, 64))
			if numbers && okFrom && okTo && from.String() > "1985" && to.String() < "2040" {
				why = fmt.Sprintf("; -time %s -time-layout %s reads it, from %s to %s", table.ShellWord(name), l.Name, from, to)
			}
		}
		var short []string
		for _, l := range times.Short {
			unread := func(level string) bool { _, ok := l.Parse(level); return !ok }
			if words && len(c.Levels) > 0 && !slices.ContainsFunc(slices.Collect(maps.Keys(c.Levels)), unread) {
				short = append(short, l.Name)
			}
		}
		if len(short) > 0 {
			why = fmt.Sprintf("; -time %s -time-layout %s reads it", table.ShellWord(name), strings.Join(short, " or "))
		}
		t.Notes.Add("column %q is not read as a time (%q in line %d)%s; rows are split by a hash", name, first.Cell,
			first.Line, why)
	}
}
