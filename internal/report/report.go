// Package report makes the page about a tested model: one file of HTML with pictures in
// it, for people. It is a function of artifacts alone, so that it is the same bytes
// whoever made them, and shows sums and means, never rows, so that it stays small.
package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

//go:embed page.html
var layout string

var page = template.Must(template.New("page").Parse(layout))

// Begin is what a page begins with.
var Begin = layout[:strings.Index(layout, "<meta name=\"viewport\"")]

// Page is what the page is made of.
type Page struct {
	Version string              // of the program
	Metrics *metrics.Report     // what was measured
	Model   *regression.Summary // nil if it is not known
	Fit     *regression.Model   // the same, for the effects of its terms; nil if it is not known
	Scaler  *scaler.Scaler      // nil if it is not known
	Missing []string            // why
	Gates   []Gate
}

// Gate is one condition that was asked for, and whether it was met.
type Gate struct {
	Text   string
	Passed bool
}

// view is what is on the page, and a section a piece of it; what is empty is left out.
type view struct {
	Title, Verdict, Version string
	Gates                   []Gate
	Figures                 table
	Warnings                []string
	Sections                []section
}

type section struct {
	Title   string
	Small   bool // pictures
	Text    []string
	Figures []figure
	Tables  []table
}

// say adds a paragraph.
func (s *section) say(format string, args ...any) { s.Text = append(s.Text, sentence(format, args...)) }

// show adds a picture, or says why there is none.
func (s *section) show(f figure) {
	if f.SVG == "" {
		s.say("%s", f.Does)
	} else {
		s.Figures = append(s.Figures, f)
	}
}

// figure is a picture with what is to be said of it and its numbers.
type figure struct {
	Title  string
	SVG    template.HTML
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

// cut leaves out the rows after the first ones, and says so.
func (t table) cut(most int) table {
	shown := min(most, len(t.Rows))
	t.Caption += others(len(t.Rows), shown)
	t.Rows = t.Rows[:shown]
	return t
}

// add adds a row.
func (t *table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// numbers is the table of those in a picture.
func numbers(head ...string) table { return table{Caption: "The numbers", Folded: true, Head: head} }

// mostBytes is the size of a page that has much to show.
const mostBytes = 100_000

// limits are how much of what is shown; the rest is counted.
type limits struct{ pictures, datasets, coefficients, others, effects, columns int }

// HTML returns the page. It is well-formed XML too. Names from the data may hold
// anything: the template escapes them, and what cannot be seen is a blank.
func (p *Page) HTML() []byte {
	l := limits{pictures: 8, datasets: 100, coefficients: 30, others: 20, effects: 12, columns: 24}
	for {
		var b bytes.Buffer
		if err := page.Execute(&b, p.view(l)); err != nil {
			panic(err) // the layout does not fit the view
		}
		text := bytes.Map(visible, b.Bytes())
		if len(text) <= mostBytes || l.pictures == 0 { // long names take more room
			return text
		}
		l.pictures--
		l.datasets, l.effects, l.columns = l.datasets*3/4, l.effects*7/8, l.columns*3/4
	}
}

func visible(r rune) rune {
	if r != '\n' && (!unicode.IsGraphic(r) || r == utf8.RuneError) {
		return ' '
	}
	return r
}

func (p *Page) view(l limits) view {
	worst := p.worst()
	return view{Title: sentence("how well %s is predicted", p.target()), Verdict: p.verdict(worst), Version: p.Version,
		Gates: p.Gates, Figures: p.figures(), Warnings: p.warnings(),
		Sections: []section{p.datasets(worst, l), p.time(worst, l), p.rival(worst, l), p.drift(l), p.left(), p.effects(l),
			p.data(l), p.training(l), p.provenance(l)}}
}

// file is a dataset and its figures.
type file struct {
	data *metrics.Dataset
	metrics.Figures
}

// worst are the files, the worst first, and those without figures at the end.
func (p *Page) worst() (files []file) {
	for i := range p.Metrics.Datasets {
		files = append(files, file{&p.Metrics.Datasets[i], p.Metrics.Each[i]})
	}
	rmse := func(f file) float64 {
		if f.RMSE == nil {
			return -1
		}
		return *f.RMSE
	}
	slices.SortStableFunc(files, func(a, b file) int { return cmp.Compare(rmse(b), rmse(a)) })
	return files
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
