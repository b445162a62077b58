package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// chart is a picture in the making, as SVG: axes, and layers of shapes on them. Colours are
// classes, which the page's style sets for light and dark; layers differ in more than
// colour. Lengths are in units of the picture, of which a phone shows one in a pixel.
type chart struct {
	strings.Builder
	size
	x, y  axis
	keyed float64 // where the next word of the key begins
}

// size is that of a picture, and the margins of its plot. In rows places are one below the
// other, with their names on the left, and values go to the right; else places are side by
// side, and values go up.
type size struct {
	width, height, left, top, bottom float64
	rows                             bool
}

var (
	usual  = size{400, 230, 58, 26, 42, false}
	square = size{400, 360, 58, 26, 42, false}
	small  = size{180, 80, 8, 4, 18, false}
)

const right = 14.0 // margin of the plot

// inRows is the size of a picture of n rows.
func inRows(n int) size {
	row := 20
	if n > 12 {
		row = 15
	}
	return size{400, 68 + float64(row*n), 150, 26, 42, true}
}

// layer is what is drawn at places.
type layer struct {
	kind         kind
	class, key   string // of the style; what it is, "" where that is plain
	place, value []float64
	other        []float64 // the other end of an area, of bars and of whiskers
	wide         float64   // of bars; of a line the widest gap that it goes across
}

// add adds a place, with its value and the other end.
func (l *layer) add(place float64, ends ...float64) {
	l.place, l.value = append(l.place, place), append(l.value, ends[0])
	l.other = append(l.other, ends[1:]...)
}

type kind int

const (
	line kind = iota
	area
	bars
	whiskers
	dots
)

// level is a line at one value.
func level(class, key string, along axis, value float64) layer {
	return layer{line, class, key, []float64{along.from, along.to}, []float64{value, value}, nil, math.Inf(1)}
}

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

// share is how far along the axis a number is, which stays on it.
func (a axis) share(v float64) float64 { return (min(max(v, a.from), a.to) - a.from) / (a.to - a.from) }

// numeric is an axis for numbers that includes those given, with ticks at round ones.
func numeric(label string, values ...float64) axis { return ticked(label, 6, values...) }

// ticked is numeric with so many ticks at the most, or one more.
func ticked(label string, most float64, values ...float64) axis {
	const least, largest = 1e-300, 1e300 // what ticks can be written for
	a := axis{label: label, from: math.Inf(1), to: math.Inf(-1)}
	for _, v := range values {
		if math.Abs(v) < largest {
			a.from, a.to = min(a.from, v), max(a.to, v)
		}
	}
	if a.from > a.to {
		a.from, a.to = 0, 1
	}
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

// named is an axis of n places, from 0, with the names of all, or side by side of as many
// as there is room for.
func named(label string, n int, rows bool, name func(int) string) axis {
	a := axis{label: label, from: -0.5, to: float64(n) - 0.5}
	room := max(1, 300/(9*utf8.RuneCountInString(name(0))+12)) // names
	every := (n + room - 1) / room
	if rows {
		every = 1
	}
	for i := 0; i < n; i += every {
		a.ticks = append(a.ticks, tick{float64(i), name(i)})
	}
	return a
}

// plot draws layers on an axis of values that has room for them.
func plot(along axis, values string, s size, layers ...layer) *chart {
	var reach []float64
	for _, l := range layers {
		reach = append(append(reach, l.value...), l.other...)
	}
	return drawn(along, numeric(values, reach...), s, layers...)
}

// drawn draws layers on axes.
func drawn(along, values axis, s size, layers ...layer) *chart {
	c := &chart{x: along, y: values, size: s, keyed: min(s.left, 58)}
	if s.rows {
		c.x, c.y = values, along
	}
	low := c.height - c.bottom
	grid := ""
	for _, t := range c.y.ticks {
		grid += moves(c.left, c.atY(t.at), c.width-right, c.atY(t.at))
		c.text(c.left-6, c.atY(t.at)+4, "end", t.text)
	}
	for _, t := range c.x.ticks {
		grid += moves(c.atX(t.at), low, c.atX(t.at), c.top)
		c.text(c.atX(t.at), low+16, "middle", t.text)
	}
	c.path("grid", grid)
	if c.x.label != "" {
		c.text((c.left+c.width-right)/2, c.height-6, "middle", c.x.label)
	}
	if c.y.label != "" {
		fmt.Fprintf(c, `<text transform="translate(12 %s)rotate(-90)" class="middle">%s</text>`,
			length((low+c.top)/2), template.HTMLEscapeString(c.y.label))
	}
	for _, l := range layers {
		if shapes := c.shapes(l); shapes != "" {
			c.path(l.class, shapes)
			c.explain(l)
		}
	}
	return c
}

// explain says above the plot what a layer is, if anything.
func (c *chart) explain(l layer) {
	if l.key == "" {
		return
	}
	const sample = 14
	swatch := rectangle(c.keyed, 5, sample, 11)
	switch l.kind {
	case line, whiskers:
		swatch = moves(c.keyed, 11, c.keyed+sample, 11)
	case dots:
		swatch = dot(c.keyed+sample/2, 11)
	}
	c.path(l.class, swatch)
	c.text(c.keyed+sample+5, 15, "start", l.key)
	c.keyed += sample + 13 + float64(7.2*float64(utf8.RuneCountInString(l.key)))
}

func (c *chart) path(class, shapes string) {
	fmt.Fprintf(c, `<path class="%s" d="%s"/>`, class, shapes)
}

// atX and atY are where a number of an axis is.
func (c *chart) atX(v float64) float64 { return c.left + float64(c.x.share(v)*(c.width-right-c.left)) }

func (c *chart) atY(v float64) float64 {
	share := c.y.share(v)
	if !c.rows {
		share = 1 - share // up
	}
	return c.top + float64(share*(c.height-c.bottom-c.top))
}

// at is where the value of a place is.
func (c *chart) at(place, value float64) (x, y float64) {
	if c.rows {
		return c.atX(value), c.atY(place)
	}
	return c.atX(place), c.atY(value)
}

// shapes are those of a layer.
func (c *chart) shapes(l layer) string {
	var shapes strings.Builder
	var xy []float64 // of a line or an area that is not finished
	for i, place := range l.place {
		x, y := c.at(place, l.value[i])
		switch l.kind {
		case dots:
			shapes.WriteString(dot(x, y))
		case whiskers:
			x1, y1 := c.at(place, l.other[i])
			shapes.WriteString(moves(x, y, x1, y1))
		case bars:
			x, y := c.at(place-l.wide/2, l.value[i])
			x1, y1 := c.at(place+l.wide/2, l.other[i])
			shapes.WriteString(rectangle(min(x, x1), min(y, y1), math.Abs(x1-x), math.Abs(y1-y)))
		default:
			xy = append(xy, x, y)
			if alone := len(xy) == 2; l.kind == line && (i+1 == len(l.place) || l.place[i+1]-place > l.wide) {
				if alone { // so that it is seen
					xy = []float64{x - 4, y, x + 4, y}
				}
				shapes.WriteString(moves(xy...))
				xy = nil
			}
		}
	}
	if l.kind == area {
		for i := len(l.place) - 1; i >= 0; i-- {
			x, y := c.at(l.place[i], l.other[i])
			xy = append(xy, x, y)
		}
		shapes.WriteString(moves(xy...))
	}
	return shapes.String()
}

// length writes one.
func length(v float64) string {
	return strconv.FormatFloat(math.Round(float64(v*10))/10+0, 'f', -1, 64) // not −0
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

func dot(x, y float64) string {
	return "M" + length(x-3) + " " + length(y) + "a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"
}

// text writes at a place of the picture.
func (c *chart) text(x, y float64, anchor, s string) {
	fmt.Fprintf(c, `<text x="%s" y="%s" class="%s">%s</text>`, length(x), length(y), anchor, template.HTMLEscapeString(s))
}

// figure is the picture with its words and numbers; shows is what is drawn, for those who
// do not see it.
func (c *chart) figure(title, shows, should, does string, t table) figure {
	escape := template.HTMLEscapeString
	svg := fmt.Sprintf(`<svg role="img" viewBox="0 0 %s %s"><title>%s</title>`+
		`<desc>%s</desc>%s</svg>`, length(c.width), length(c.height), escape(title), escape(shows+" "+does), c)
	return figure{Title: title, SVG: template.HTML(svg), Should: should, Does: does, Table: t}
}
