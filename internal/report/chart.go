package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// chart is a picture in the making, as SVG: scales, axes, and what is drawn on them.
// Colours are classes, which the page's style sets for light and dark; lines and areas
// differ in more than colour. Lengths are in
// units of the picture, of which a phone shows one in a pixel.
type chart struct {
	strings.Builder
	size
	x, y  axis
	keyed float64 // where the next word of the key begins
}

// size is that of a picture, and the margins of its plot: the labels of y are on the left.
type size struct{ width, height, left, top, bottom float64 }

var (
	usual = size{400, 230, 58, 26, 42}
	small = size{180, 80, 8, 4, 18}
)

const right = 14.0 // margin of the plot

// lines are the classes that are not filled.
var lines = []string{"measured", "predicted", "curve", "guide", "thick", "thin"}

// axis is a scale from numbers to lengths.
type axis struct {
	label    string
	from, to float64
	ticks    []tick
}

type tick struct {
	at   float64
	text string
}

// numeric is an axis for numbers that includes those given, with ticks at round ones.
func numeric(label string, values ...float64) axis { return ticked(label, 6, values...) }

// ticked is numeric with so many ticks at the most, or one more.
func ticked(label string, most float64, values ...float64) axis {
	a := axis{label: label, from: math.Inf(1), to: math.Inf(-1)}
	for _, v := range values {
		a.from, a.to = min(a.from, v), max(a.to, v)
	}
	if len(values) == 0 {
		a.from, a.to = 0, 1
	}
	const least = 1e-300 // what ticks can be written for
	if spread := a.to - a.from; !(spread > max(1e-12*max(math.Abs(a.from), math.Abs(a.to)), least)) {
		more := max(math.Abs(a.to), 1) / 2
		a.from, a.to = a.from-more, a.to+more
	}
	margin := (a.to - a.from) / 25
	a.from, a.to = a.from-margin, a.to+margin
	step, exponent := roundStep(a.to-a.from, most)
	for k := math.Ceil(a.from / step); float64(k*step) <= a.to; k++ {
		at := float64(k*step) + 0 // not −0
		text := strconv.FormatFloat(at, 'f', max(0, -exponent), 64)
		if exponent < -5 || exponent > 5 {
			text = strconv.FormatFloat(at, 'g', 4, 64)
		}
		a.ticks = append(a.ticks, tick{at, sign(text)})
	}
	return a
}

// roundStep returns the smallest of 1, 2, 5, 10, … that cuts a span into so many or fewer,
// and its power of ten.
func roundStep(span, most float64) (step float64, exponent int) {
	for exponent = int(math.Floor(math.Log10(span/most))) - 1; ; exponent++ {
		for _, digit := range "125" {
			step, _ = strconv.ParseFloat(fmt.Sprintf("%ce%d", digit, exponent), 64)
			if span/step <= most {
				return step, exponent
			}
		}
	}
}

// named is an axis of n places, from 0, with the names of as many as there is room for.
func named(label string, n int, name func(int) string) axis {
	a := axis{label: label, from: -0.5, to: float64(n) - 0.5}
	room := max(1, 300/(9*utf8.RuneCountInString(name(0))+12)) // names
	every := (n + room - 1) / room
	for i := 0; i < n; i += every {
		a.ticks = append(a.ticks, tick{float64(i), name(i)})
	}
	return a
}

// newChart begins a picture with its axes.
func newChart(x, y axis, s size) *chart {
	c := &chart{x: x, y: y, size: s, keyed: min(s.left, 58)}
	low := c.height - c.bottom
	var grid string
	for _, t := range c.y.ticks {
		grid += moves(c.left, c.atY(t.at), c.width-right, c.atY(t.at))
	}
	for _, t := range c.x.ticks {
		grid += moves(c.atX(t.at), low, c.atX(t.at), c.top)
	}
	c.draw("grid", "", grid)
	for _, t := range c.y.ticks {
		c.text(c.left-6, c.atY(t.at)+4, "end", t.text)
	}
	for _, t := range c.x.ticks {
		c.text(c.atX(t.at), low+16, "middle", t.text)
	}
	if c.x.label != "" {
		c.text((c.left+c.width-right)/2, c.height-6, "middle", c.x.label)
	}
	if c.y.label != "" {
		fmt.Fprintf(c, `<text transform="translate(12 %s)rotate(-90)" text-anchor="middle">%s</text>`,
			length((low+c.top)/2), template.HTMLEscapeString(c.y.label))
	}
	return c
}

// atX and atY are where a number is.
func (c *chart) atX(v float64) float64 {
	return c.left + float64((v-c.x.from)/(c.x.to-c.x.from)*(c.width-right-c.left))
}

func (c *chart) atY(v float64) float64 {
	low := c.height - c.bottom
	return low - float64((v-c.y.from)/(c.y.to-c.y.from)*(low-c.top))
}

// length writes one.
func length(v float64) string {
	return strconv.FormatFloat(math.Round(float64(v*10))/10+0, 'f', -1, 64) // not −0
}

// draw draws shapes of a class, and says above the plot what they are, if anything.
func (c *chart) draw(class, what, shapes string) {
	if shapes == "" {
		return
	}
	fmt.Fprintf(c, `<path class="%s" d="%s"/>`, class, shapes)
	if what == "" {
		return
	}
	const sample = 14
	swatch := moves(c.keyed, 11, c.keyed+sample, 11)
	if !slices.Contains(lines, class) {
		swatch = rectangle(c.keyed, 5, sample, 11)
	}
	c.draw(class, "", swatch)
	c.text(c.keyed+sample+5, 15, "start", what)
	c.keyed += sample + 13 + float64(7.2*float64(utf8.RuneCountInString(what)))
}

// moves goes through points of the picture, given as x, y, x, y, …
func moves(xy ...float64) string {
	var b strings.Builder
	for i := 0; i+1 < len(xy); i += 2 {
		b.WriteString(string("ML"[min(i, 1)]) + length(xy[i]) + " " + length(xy[i+1]))
	}
	return b.String()
}

func rectangle(left, high, wide, tall float64) string {
	return "M" + length(left) + " " + length(high) + "h" + length(wide) + "v" + length(tall) + "h" + length(-wide) + "z"
}

// segment joins two points of the plot.
func (c *chart) segment(x0, y0, x1, y1 float64) string {
	return moves(c.atX(x0), c.atY(y0), c.atX(x1), c.atY(y1))
}

// insideX is the nearest number on the axis.
func (c *chart) insideX(v float64) float64 { return min(max(v, c.x.from), c.x.to) }

// across goes from side to side.
func (c *chart) across(y float64) string { return moves(c.left, c.atY(y), c.width-right, c.atY(y)) }

// line joins points of the plot that are no further apart than gap.
func (c *chart) line(x, y []float64, gap float64) (shapes string) {
	from := 0
	for i := range x {
		if i+1 == len(x) || x[i+1]-x[i] > gap {
			shapes += moves(c.points(x[from:i+1], y[from:i+1])...)
			if from == i {
				shapes += "h.1" // so that a single one is seen
			}
			from = i + 1
		}
	}
	return shapes
}

func (c *chart) points(x, y []float64) (xy []float64) {
	for i := range x {
		xy = append(xy, c.atX(x[i]), c.atY(y[i]))
	}
	return xy
}

// area is what is between two lines.
func (c *chart) area(x, low, high []float64) string {
	xy := c.points(x, low)
	for i := len(x) - 1; i >= 0; i-- {
		xy = append(xy, c.atX(x[i]), c.atY(high[i]))
	}
	return moves(xy...)
}

// box is a rectangle of the plot.
func (c *chart) box(x0, y0, x1, y1 float64) string {
	left, high := c.atX(x0), c.atY(max(y0, y1))
	return rectangle(left, high, c.atX(x1)-left, c.atY(min(y0, y1))-high)
}

// dot marks a point of the plot.
func (c *chart) dot(x, y float64) string {
	return "M" + length(c.atX(x)-3) + " " + length(c.atY(y)) + "a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"
}

// text writes at a place of the picture.
func (c *chart) text(x, y float64, anchor, s string) {
	fmt.Fprintf(c, `<text x="%s" y="%s" text-anchor="%s">%s</text>`, length(x), length(y), anchor,
		template.HTMLEscapeString(s))
}

// figure is the picture with its words and numbers; shows is what is drawn, for those who
// do not see it.
func (c *chart) figure(title, shows, should, does string, t table) figure {
	escape := template.HTMLEscapeString
	svg := fmt.Sprintf(`<svg role="img" viewBox="0 0 %s %s" font-size="12" fill="currentColor"><title>%s</title>`+
		`<desc>%s</desc>%s</svg>`, length(c.width), length(c.height), escape(title), escape(shows+" "+does), c)
	return figure{Title: title, SVG: template.HTML(svg), Should: should, Does: does, Table: t}
}
