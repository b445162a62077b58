package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// coefficients are what the model says, the largest effects first.
func (p *Page) coefficients(l limits) section {
	s := section{Title: "What the prediction is made of"}
	m := p.Model
	if m == nil {
		s.Text = []string{"The readable form of the model is not here: there are no coefficients to show."}
		return s
	}
	shown := make([]int, len(m.Standardized)) // indices of coefficients
	for j := range shown {
		shown[j] = j
	}
	size := func(j int) float64 {
		if m.Standardized[j].Reference {
			return -1 // at the end
		}
		return math.Abs(m.Standardized[j].Value)
	}
	slices.SortStableFunc(shown, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	references := slices.IndexFunc(shown, func(j int) bool { return m.Standardized[j].Reference })
	if references < 0 {
		references = len(shown)
	}
	effects, reference := shown[:references], shown[references:]
	few := effects[:min(l.coefficients, len(effects))]
	shown = slices.Concat(few, reference[:min(l.coefficients/4, len(reference))])
	s.Figures = []figure{p.forest(shown, len(few))}
	if more := len(effects) - len(few); more > 0 {
		s.Text = append(s.Text, sentence("%s smaller and not shown; model.json has them.",
			plural(int64(more), "effect is", "effects are")))
	}
	t := table{Caption: "In the units of the data: " + p.target() + " per unit of the column",
		Head: []string{"Column", "Coefficient", "Standard error", "t", "Robust standard error", "t"}}
	t.Rows = append(t.Rows, []string{"intercept", num(m.Intercept), figureOf(m.InterceptStdError), figureOf(m.InterceptT),
		figureOf(m.InterceptRobust), figureOf(m.InterceptTRobust)})
	for _, j := range shown {
		c := m.Coefficients[j]
		value := num(c.Value)
		if c.Reference {
			value = "0 (reference)"
		}
		t.Rows = append(t.Rows, []string{name(c.Name), value, figureOf(c.StdError), figureOf(c.T), figureOf(c.Robust),
			figureOf(c.TRobust)})
	}
	t.Caption += others(len(m.Coefficients), len(shown))
	s.Tables = []table{t}
	return s
}

// forest draws standardised effects, of which the first count.
func (p *Page) forest(shown []int, effects int) figure {
	m := p.Model
	classical, robust := m.HalfWidths()
	values := []float64{0}
	t := table{Caption: "The numbers", Folded: true, Head: []string{"Column", "Effect", "95 % ±", "Robust 95 % ±"}}
	half := func(std *float64, quantile float64) float64 {
		if std == nil {
			return 0
		}
		return float64(quantile * *std)
	}
	none := 0
	for i, j := range shown {
		c := m.Standardized[j]
		h, r := half(c.StdError, classical), half(c.Robust, robust)
		values = append(values, c.Value-max(h, r), c.Value+max(h, r))
		t.Rows = append(t.Rows, []string{name(c.Name), num(c.Value), num(h), num(r)})
		if i < effects && math.Abs(c.Value) <= max(h, r) {
			none++
		}
	}
	const row = 20
	c := &chart{x: numeric(short(p.target(), 20)+" per standard deviation", values...), left: 150, keyed: 20,
		height: top + bottom + float64(row*len(shown)), y: axis{from: float64(len(shown)) - 0.5, to: -0.5}}
	c.axes()
	c.path("guide", c.atX(0), top, c.atX(0), c.height-bottom)
	for i, j := range shown {
		v, y := m.Standardized[j], c.atY(float64(i))
		c.text(c.left-8, y+4, "end", short(v.Name, 18))
		if v.Reference {
			c.dot("hollow", 0, float64(i))
			c.text(c.atX(0)+8, y+4, "start", "reference")
			continue
		}
		if h := half(v.StdError, classical); h > 0 {
			c.path("thick", c.atX(v.Value-h), y, c.atX(v.Value+h), y)
		}
		if r := half(v.Robust, robust); r > 0 {
			c.path("thin", c.atX(v.Value-r), y, c.atX(v.Value+r), y)
		}
		c.dot("point", v.Value, float64(i))
	}
	c.key("thick", "95 %")
	c.key("thin", "95 %, robust")
	f := figure{Title: "Effects of the columns, standardised", Table: t, Should: "What has both intervals on one side of " +
		"0 has an effect that is sure; trust the wider one."}
	if effects > 0 {
		first := m.Standardized[shown[0]]
		f.Does = fmt.Sprintf("Here the largest is that of %s, %s; %d of %d cannot be told from 0.", name(first.Name),
			num(first.Value), none, effects)
	}
	if m.StdErrorReason != "" {
		f.Does += " There are no classical intervals: " + m.StdErrorReason + "."
	}
	f.SVG = c.svg("Standardised effects", fmt.Sprintf("A dot with intervals for each of %d columns. %s", effects, f.Does))
	return f
}
