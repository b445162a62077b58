package importer

import (
	"maps"
	"slices"
	"strings"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// mostKnown is how many levels of a category are told to later imports.
const mostKnown = 100

// Known returns what is known of column j, for the manifest.
func (t *Table) Known(j int) dataset.SourceColumn {
	c, f := t.Columns[j], &t.formats[j]
	k := dataset.SourceColumn{Name: t.Header[j], Kind: string(f.Kind), Missing: t.Missing(j)}
	if f.Kind == Category && len(c.Levels) <= mostKnown {
		k.Levels = slices.Sorted(maps.Keys(c.Levels))
	}
	if f.Kind == Number {
		k.Unit = f.unit
	}
	return k
}

// adapt makes options for columns that another table had fit this one: those that are not
// here are not asked for, and new ones are left out.
func (t *Table) adapt() {
	opt := t.opt
	isNew := func(name string) bool { _, known := opt.Known[name]; return !known && !opt.names(name) }
	var more []string
	for j, name := range t.Header {
		if inTime := opt.Time != nil && slices.Contains(strings.Split(*opt.Time, "+"), name); isNew(name) && !inTime {
			opt.Drop = append(opt.Drop, name)
			more = append(more, t.Header[j])
		}
	}
	if len(more) > 0 {
		t.Notes.Add("new columns were left out: %s; -number or -category takes one", table.Quote(more))
	}
	var gone []string
	for _, list := range []*[]string{&opt.Number, &opt.Category, &opt.Drop} {
		*list = slices.DeleteFunc(*list, func(name string) bool {
			if slices.Contains(t.Header, name) {
				return false
			}
			if list != &opt.Drop {
				gone = append(gone, name)
			}
			return true
		})
	}
	if len(gone) > 0 {
		t.Notes.Add("columns are missing that were there: %s", table.Quote(gone))
	}
	if opt.Target != "" && !slices.Contains(t.Header, opt.Target) {
		t.Notes.Add("there is no target %q: the rows are to be predicted", opt.Target)
		opt.Target = ""
	}
}

// noteOthers says in what the columns are other than they are known to be.
func (t *Table) noteOthers() {
	for j, name := range t.Header {
		known, f := t.opt.Known[name], &t.formats[j]
		if f.Kind == Number && known.Kind == string(Number) && f.unit != known.Unit {
			f.why.Add("its unit is %q, and was %q", f.unit, known.Unit)
		}
		if f.Kind != Category || known.Levels == nil {
			continue
		}
		var unseen []string
		for _, level := range slices.Sorted(maps.Keys(t.Columns[j].Levels)) {
			if !slices.Contains(known.Levels, level) {
				unseen = append(unseen, level)
			}
		}
		if len(unseen) > 0 {
			f.why.Add("levels that were not there: %s", table.Quote(unseen))
		}
	}
}
