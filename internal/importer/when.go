package importer

import (
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/table"
)

// findWhens returns the times that are made of several columns: those that -time
// names, or those whose names say so.
func (t *Table) findWhens() ([]*When, error) {
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
			w.columns = append(w.columns, j)
		}
		return []*When{w}, nil
	}
	var whens []*When
	for _, names := range [][]string{partNames, {"date", "time"}, {"year", "quarter"}} {
		w := &When{record: new(Column)}
		var found []string
		for _, part := range names {
			j := slices.IndexFunc(t.Header, func(name string) bool { return strings.EqualFold(name, part) })
			if j < 0 {
				break
			}
			w.columns, found = append(w.columns, j), append(found, t.Header[j])
		}
		if w.Name = strings.Join(found, "+"); len(found) > 1 {
			whens = append(whens, w)
		}
	}
	return whens, nil
}

// find returns the index of a column that a flag names.
func (t *Table) find(flag, name string) (int, error) {
	if j := slices.Index(t.Header, name); j >= 0 {
		return j, nil
	}
	return 0, fmt.Errorf("%s:%d: there is no column %q; name it with -%s: %s", t.Name, t.Skip+1, name, flag,
		table.Meant(name, t.Header, "the header has"))
}

// join appends the parts of a time, with blanks between them; nothing if one is
// missing.
func (w *When) join(dst []byte, cells [][]byte, p *profiler) []byte {
	for i, j := range w.columns {
		if missingIndex(cells[j]) >= 0 || p.named[string(cells[j])] {
			return dst[:0]
		}
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, cells[j]...)
	}
	return dst
}

// when includes the joined parts of a time.
func (p *profiler) when(c *Column, joined []byte, line int64) {
	if len(joined) == 0 {
		c.Missing[0]++
		return
	}
	c.Example.see(joined, line)
	if c.Layouts == nil {
		fit := sets().all
		c.Layouts = &fit
	}
	if !c.Layouts.empty() {
		p.time(c, joined, line)
	}
}

// decideTime chooses the time column: the one that is named, or the only one that
// reads as a time in every row.
func (t *Table) decideTime() error {
	if t.opt.Time != nil {
		if *t.opt.Time == "" {
			return nil
		}
		w := &When{Name: *t.opt.Time}
		if len(t.whens) > 0 {
			w = t.whens[0]
		} else {
			j := slices.Index(t.Header, w.Name)
			w.columns, w.record = []int{j}, t.Columns[j]
		}
		t.Time = w
		return t.chooseLayout(w)
	}
	var whole, most []*When // that read in every row; in nearly every one
	consider := func(w *When) {
		c := w.record
		if c.Layouts == nil || c.Layouts.empty() || slices.Contains(t.opt.Drop, w.Name) || w.Name == t.opt.Target {
			return
		}
		if c.gaps() == 0 {
			whole = append(whole, w)
		} else if float64(c.gaps()) <= mostBad*float64(c.Rows) {
			most = append(most, w)
		}
	}
	used := map[int]bool{}
	for _, w := range t.whens {
		consider(w)
		if w.record.Layouts != nil && !w.record.Layouts.empty() {
			for _, j := range w.columns {
				used[j] = true
			}
		}
	}
	for j, name := range t.Header {
		if !used[j] {
			consider(&When{Name: name, columns: []int{j}, record: t.Columns[j]})
		}
	}
	if len(whole) == 0 {
		whole = most
	}
	switch len(whole) {
	case 0:
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

// chooseLayout settles how the times are written.
func (t *Table) chooseLayout(w *When) error {
	c := w.record
	if t.opt.Layout != "" {
		w.layout = parseLayout(t.opt.Layout)
		w.Layout = w.layout.name
		return nil
	}
	if c.Layouts == nil {
		return fmt.Errorf("%s: the time column %q is empty", t.Name, w.Name)
	}
	fit := c.Layouts.list()
	if len(fit) == 0 {
		return t.unreadable(w)
	}
	w.layout = layouts()[fit[0]]
	for _, i := range fit[1:] {
		other := layouts()[i]
		if other.order != w.layout.order && c.Differ.Line > 0 {
			a, _ := w.layout.parse(c.Differ.Cell)
			b, _ := other.parse(c.Differ.Cell)
			if a != b {
				return fmt.Errorf("%s:%d: column %q: %q is %s as %s and %s as %s, and no row tells which; use "+
					"-time-layout '%s' or '%s'", t.Name, c.Differ.Line, w.Name, c.Differ.Cell, a, w.layout.name, b, other.name,
					w.layout.name, other.name)
			}
		}
	}
	w.Layout = w.layout.name
	return nil
}

// unreadable finds the first time that no layout reads which reads those before.
func (t *Table) unreadable(w *When) error {
	p := newProfiler(make([]bool, len(t.Header)), t.opt)
	left, before := sets().all, ""
	var found error
	for b, err := range t.blocks(t.Dialect, newHash()) {
		if err != nil {
			return err
		}
		var joined []byte
		err := t.each(t.Name, b, func(cells [][]byte, line int64) error {
			joined = w.join(joined[:0], cells, p)
			if len(joined) == 0 || found != nil {
				return nil
			}
			fit, _ := left.read(string(joined))
			if fit.empty() {
				hint := "use -time-layout to say how times are written"
				if before != "" {
					hint = "the rows before are written as " + before
				}
				found = fmt.Errorf("%s:%d: column %q: %q is not a time that can be read; %s", t.Name, line, w.Name,
					clip(string(joined)), hint)
				return nil
			}
			left, before = fit, layouts()[fit.list()[0]].name
			return nil
		})
		if found != nil || err != nil {
			return errOr(found, err)
		}
	}
	return fmt.Errorf("%s: the time column %q cannot be read; use -time-layout", t.Name, w.Name)
}

func errOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
