// Package report makes the page about a tested model: one file of HTML with pictures in
// it, for people. It is a function of artifacts alone, so that it is the same bytes
// whoever made them, and shows sums and means, never rows, so that it stays small.
package report

import (
	"cmp"
	"slices"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// Page is what the page is made of.
type Page struct {
	Version string              // of the program
	Metrics *metrics.Report     // what was measured
	Model   *regression.Summary // nil if it is not known
	Scaler  *scaler.Scaler      // nil if it is not known
	Missing []string            // why
	Gates   []Gate
}

// Gate is one condition that was asked for, and whether it was met.
type Gate struct {
	Text   string
	Passed bool
}

// section is a part of the page; what is empty is left out.
type section struct {
	Title   string
	Text    []string
	Figures []figure
	Tables  []table
}

// figure is a picture with what is to be said of it and its numbers.
type figure struct {
	Title  string
	SVG    string
	Should string // what it should look like
	Does   string // what it does look like
	Table  table
}

// table has a row of names above its rows. What is Folded is shown when it is asked for;
// what is of Words is no column of numbers.
type table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Folded  bool
	Words   bool
}

// view is what is on the page.
type view struct {
	Title, Verdict, Version string
	Gates                   []Gate
	Figures                 table
	Warnings                []string
	Sections                []section
}

// mostBytes is the size of a page that has much to show.
const mostBytes = 100_000

// file is a dataset and its figures.
type file struct {
	data *metrics.Dataset
	metrics.Figures
}

// limits are how much of what is shown; the rest is counted.
type limits struct{ pictures, datasets, coefficients, others int }

// HTML returns the page.
func (p *Page) HTML() []byte {
	l := limits{pictures: 8, datasets: 100, coefficients: 30, others: 20}
	for {
		var m markup
		v := p.view(l)
		m.page(&v)
		if m.Len() <= mostBytes || l.pictures == 0 { // long names take more room
			return m.Bytes()
		}
		l.pictures--
		l.datasets = l.datasets * 3 / 4
	}
}

func (p *Page) view(l limits) view {
	var worst []file
	for i := range p.Metrics.Datasets {
		worst = append(worst, file{&p.Metrics.Datasets[i], p.Metrics.Each[i]})
	}
	slices.SortStableFunc(worst, func(a, b file) int {
		if a.RMSE == nil || b.RMSE == nil {
			return cmp.Compare(scored(a), scored(b))
		}
		return cmp.Compare(*b.RMSE, *a.RMSE)
	})
	v := view{Title: sentence("how well %s is predicted", p.target()), Verdict: p.verdict(worst), Version: p.Version,
		Gates: p.Gates, Figures: p.figures(), Warnings: p.warnings()}
	v.Sections = []section{p.datasets(worst, l), p.time(worst, l), p.left(), p.coefficients(l), p.training(l),
		p.provenance(l)}
	return v
}

// scored orders datasets of which some have no figures: those at the end.
func scored(d file) int {
	if d.RMSE == nil {
		return 1
	}
	return 0
}

// target is what is predicted. Its unit is not known.
func (p *Page) target() string {
	switch {
	case p.Model != nil:
		return name(p.Model.Target)
	case p.Scaler != nil:
		return name(p.Scaler.Target)
	}
	return "the target"
}
