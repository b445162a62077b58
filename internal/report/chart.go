package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// chart is a picture in the making, as SVG: scales, axes, and what is drawn on them.
// Colours are classes, which the page's style sets for light and dark, with attributes
// for where there is none; lines and areas differ in more than colour. Lengths are in
// units of the picture, of which a phone shows one in a pixel.
type chart struct {
	markup
	class  string // of the shapes that are not written yet
	shapes string
	x, y   axis
	height float64
	left   float64 // of the plot; the labels of y are there
	keyed  float64 // where the next word of the key begins
}

const (
	width  = 400
	right  = 14.0 // margins of the plot
	top    = 26.0
	bottom = 42.0
)

// attributes of the classes.
var attributes = map[string]string{
	"measured":  `fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"`,
	"predicted": `fill="none" stroke="#0072B2" stroke-width="2" stroke-dasharray="4 5" stroke-linecap="round"`,
	"band":      `fill="#56B4E9" fill-opacity=".3"`,
	"odd":       `fill="#E69F00" fill-opacity=".35"`,
	"bar":       `fill="#56B4E9" stroke="#0072B2" stroke-width=".5"`,
	"guide":     `fill="none" stroke="currentColor" stroke-opacity=".6" stroke-dasharray="2 3"`,
	"grid":      `fill="none" stroke="currentColor" stroke-opacity=".15"`,
	"point":     `fill="#0072B2" stroke="#0072B2" stroke-width="1.5"`,
	"thick":     `fill="none" stroke="#0072B2" stroke-width="5" stroke-opacity=".45"`,
	"thin":      `fill="none" stroke="#D55E00" stroke-width="1.5"`,
	"hollow":    `fill="none" stroke="currentColor" stroke-width="1.5"`,
	"cell s1":   `fill="#0072B2" fill-opacity=".15"`,
	"cell s2":   `fill="#0072B2" fill-opacity=".3"`,
	"cell s3":   `fill="#0072B2" fill-opacity=".45"`,
	"cell s4":   `fill="#0072B2" fill-opacity=".65"`,
	"cell s5":   `fill="#0072B2" fill-opacity=".8"`,
	"cell s6":   `fill="#0072B2"`,
}

// style is how a class looks.
func style(class string) raw { return raw(fmt.Sprintf(`class="%s" %s`, class, attributes[class])) }

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
func numeric(label string, values ...float64) axis {
	a := axis{label: label, from: math.Inf(1), to: math.Inf(-1)}
	for _, v := range values {
		a.from, a.to = min(a.from, v), max(a.to, v)
	}
	if !(a.from <= a.to) {
		a.from, a.to = 0, 1
	}
	if spread := a.to - a.from; !(spread > 1e-12*max(math.Abs(a.from), math.Abs(a.to))) {
		more := max(math.Abs(a.to), 1) / 2
		a.from, a.to = a.from-more, a.to+more
	}
	margin := (a.to - a.from) / 25
	a.from, a.to = a.from-margin, a.to+margin
	const most = 6
	exponent := int(math.Floor(math.Log10((a.to-a.from)/most))) - 1
	step, digit := 0.0, 0
	for step == 0 || (a.to-a.from)/step > most {
		digit = map[int]int{0: 1, 1: 2, 2: 5, 5: 10}[digit]
		step, _ = strconv.ParseFloat(fmt.Sprintf("%de%d", digit, exponent), 64)
		if digit == 10 {
			digit, exponent = 1, exponent+1
		}
	}
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
func newChart(x, y axis, height float64) *chart {
	c := &chart{x: x, y: y, height: height, left: 58, keyed: 58}
	c.axes()
	return c
}

func (c *chart) axes() {
	low, high := c.height-bottom, top
	for _, t := range c.y.ticks {
		c.path("grid", c.left, c.atY(t.at), width-right, c.atY(t.at))
	}
	for _, t := range c.x.ticks {
		c.path("grid", c.atX(t.at), low, c.atX(t.at), high)
	}
	for _, t := range c.y.ticks {
		c.text(c.left-6, c.atY(t.at)+4, "end", t.text)
	}
	for _, t := range c.x.ticks {
		c.text(c.atX(t.at), low+16, "middle", t.text)
	}
	c.text((c.left+width-right)/2, c.height-6, "middle", c.x.label)
	if c.y.label != "" {
		middle := (low + high) / 2
		c.flush()
		c.put(`<text transform="translate(12 %s)rotate(-90)" text-anchor="middle">%s</text>`, length(middle), c.y.label)
	}
}

// atX and atY are where a number is.
func (c *chart) atX(v float64) float64 {
	return c.left + float64((v-c.x.from)/(c.x.to-c.x.from)*(width-right-c.left))
}

func (c *chart) atY(v float64) float64 {
	low := c.height - bottom
	return low - float64((v-c.y.from)/(c.y.to-c.y.from)*(low-top))
}

// length writes one.
func length(v float64) string {
	return strconv.FormatFloat(math.Round(float64(v*10))/10+0, 'f', -1, 64) // not −0
}

// shape draws one of a class. Those of one class that follow each other are one path.
func (c *chart) shape(class, d string) {
	if class != c.class {
		c.flush()
	}
	c.class = class
	c.shapes += d
}

func (c *chart) flush() {
	if c.shapes != "" {
		c.put(`<path %s d="%s"/>`, style(c.class), c.shapes)
	}
	c.shapes = ""
}

// path draws through points of the picture, given as x, y, x, y, …
func (c *chart) path(class string, xy ...float64) { c.shape(class, moves(xy)) }

func moves(xy []float64) string {
	var b strings.Builder
	for i := 0; i+1 < len(xy); i += 2 {
		b.WriteString(string("ML"[min(i, 1)]) + length(xy[i]) + " " + length(xy[i+1]))
	}
	return b.String()
}

// line joins points of the plot, but not over gaps of x, which is in whole numbers
// where gaps is set.
func (c *chart) line(class string, x, y []float64, gaps bool) {
	from := 0
	for i := range x {
		if i+1 == len(x) || gaps && x[i+1] != x[i]+1 {
			c.shape(class, moves(c.points(x[from:i+1], y[from:i+1])))
			if from == i {
				c.shape(class, "h.1") // so that a single one is seen
			}
			from = i + 1
		}
	}
}

func (c *chart) points(x, y []float64) (xy []float64) {
	for i := range x {
		xy = append(xy, c.atX(x[i]), c.atY(y[i]))
	}
	return xy
}

// area fills what is between two lines.
func (c *chart) area(class string, x, low, high []float64) {
	xy := c.points(x, low)
	for i := len(x) - 1; i >= 0; i-- {
		xy = append(xy, c.atX(x[i]), c.atY(high[i]))
	}
	c.path(class, xy...)
}

// box fills a rectangle of the plot.
func (c *chart) box(class string, x0, y0, x1, y1 float64) {
	left, high := c.atX(x0), c.atY(max(y0, y1))
	c.rectangle(class, left, high, c.atX(x1)-left, c.atY(min(y0, y1))-high)
}

func (c *chart) rectangle(class string, left, high, wide, tall float64) {
	c.shape(class, "M"+length(left)+" "+length(high)+"h"+length(wide)+"v"+length(tall)+"h"+length(-wide)+"z")
}

// dot marks a point of the plot.
func (c *chart) dot(class string, x, y float64) {
	c.shape(class, "M"+length(c.atX(x)-3)+" "+length(c.atY(y))+"a3 3 0 1 0 6 0a3 3 0 1 0-6 0z")
}

// text writes at a place of the picture.
func (c *chart) text(x, y float64, anchor, s string) {
	c.flush()
	c.put(`<text x="%s" y="%s" text-anchor="%s">%s</text>`, length(x), length(y), anchor, s)
}

// key says above the plot what a class is.
func (c *chart) key(class, what string) {
	const sample = 14
	if strings.Contains(attributes[class], `fill="none"`) {
		c.path(class, c.keyed, 11, c.keyed+sample, 11)
	} else {
		c.rectangle(class, c.keyed, 5, sample, 11)
	}
	c.text(c.keyed+sample+5, 15, "start", what)
	c.keyed += sample + 13 + float64(7.2*float64(utf8.RuneCountInString(what)))
}

// svg is the picture, with what it shows in words.
func (c *chart) svg(title, description string) string {
	c.flush()
	var m markup
	m.put(`<svg role="img" viewBox="0 0 %d %s" font-size="12" fill="currentColor"><title>%s</title><desc>%s</desc>`, width,
		length(c.height), title, description)
	m.Write(c.Bytes())
	m.put("</svg>")
	return m.String()
}
