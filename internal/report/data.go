package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// data are small pictures of the numbers that the scaler was fitted on, and tables of them.
func (p *Page) data(l limits) section {
	s := p.Scaler
	if s == nil || len(s.Sketches) == 0 {
		return section{}
	}
	section := section{Title: "The training data", Small: true}
	var left dataset.Left
	for _, d := range s.Datasets {
		left.Merge(d.Dropped)
	}
	text := "Each picture counts the " + plural(s.Used(), "row", "rows") + " that were used by one column"
	if left.Total() > 0 {
		text += fmt.Sprintf("; not used: %v", left)
	}
	section.say("%s.", text)
	t := table{Caption: "Quantiles", Head: []string{"Column", "Missing", "Least", "10 %", "25 %", "Median", "75 %", "90 %",
		"Most"}, Folded: true}
	words := table{Caption: "Categories", Head: []string{"Column", "Levels", "The most frequent", "Share"}, Folded: true}
	terms := s.Terms()
	show := func(column string) {
		sketch := s.SketchOf(column)
		q, _ := sketch.Quantiles(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)
		if len(q) == 0 {
			return
		}
		missing := s.Used() - sketch.N()
		if len(section.Figures) < l.columns {
			section.show(distribution(column, sketch, missing))
		}
		cells := []string{name(column), count(missing)}
		for _, v := range q {
			cells = append(cells, plain(v))
		}
		t.add(cells...)
	}
	show(s.Target)
	for i := range terms {
		switch g := &terms[i]; g.Kind {
		case design.Number:
			show(g.Name)
		case design.Word:
			most, share := "", math.Inf(-1)
			for k, column := range g.Columns {
				if s.Mean[g.From+k] > share {
					most, share = strings.TrimPrefix(column, g.Name+"="), s.Mean[g.From+k]
				}
			}
			if len(g.Columns) > 0 {
				words.add(name(g.Name), count(len(g.Columns)), name(most), percent(share))
			}
		}
	}
	section.Tables = []table{t.cut(2 * l.others), words.cut(2 * l.others)}
	return section
}

// distribution is the histogram of a column. Its axis leaves out what is far from all else.
func distribution(column string, sketch *moments.Sketch, missing int64) figure {
	q, _ := sketch.Quantiles(0, 0.01, 0.99, 1)
	const bins = 24
	spread := q[2] - q[1]
	from, to := max(q[0], q[1]-spread/4), min(q[3], q[2]+spread/4)
	if !(spread > 0) {
		from, to = q[0], q[3]
	}
	counts, beyond := sketch.Histogram(from, to, bins)
	x := ticked("", 4, from, to)
	rows := layer{kind: bars, class: "bar", wide: (to - from) / bins}
	if from == to { // a constant
		rows.wide = (x.to - x.from) / bins
	}
	for i, n := range counts {
		if n > 0 {
			rows.add(from+float64((float64(i)+0.5)/bins*(to-from)), 0, float64(n))
		}
	}
	c := drawn(x, axis{to: max(1, slices.Max(rows.other))}, small, rows)
	var words []string
	if from == to {
		words = append(words, "All are "+plain(from)+".")
	}
	if missing > 0 {
		words = append(words, plural(missing, "row lacks it.", "rows lack it."))
	}
	if beyond > 0 {
		words = append(words, fmt.Sprintf("It goes from %s to %s; %s beside the picture.", plain(q[0]), plain(q[3]),
			plural(beyond, "row is", "rows are")))
	}
	return c.figure(short(column, 26), fmt.Sprintf("Counts of rows from %s to %s.", plain(from), plain(to)),
		strings.Join(words, " "), "", table{})
}
