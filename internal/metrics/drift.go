package metrics

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"mlpipeline/internal/design"
)

// psi is the population stability index Σ(p − q)·ln(p/q), of shares with half a row more in
// every bin: the symmetric divergence of S. Kullback and R. A. Leibler, "On information and
// sufficiency", Annals of Mathematical Statistics 22 (1951).
func psi(a, b []int64) (sum float64) {
	total := func(bins []int64) float64 { return float64((&Cells{Bins: bins}).n()) + float64(len(bins))/2 }
	n, m := total(a), total(b)
	for k := range a {
		p, q := (float64(a[k])+0.5)/n, (float64(b[k])+0.5)/m
		sum += float64((p - q) * math.Log(p/q))
	}
	return sum
}

// noise is the index that a thousandth of the pairs of samples of n and m rows exceed which come
// from one population: it is about χ²·(1/n + 1/m), with a degree of freedom less than bins (B.
// Yurdakul, "Statistical properties of population stability index", Western Michigan University,
// 2018).
func noise(bins int, n, m int64) float64 {
	if bins < 2 {
		return 0
	}
	return distuv.ChiSquared{K: float64(bins - 1)}.Quantile(0.999) * (1/float64(n) + 1/float64(m))
}

// Drift is how far a column of a test file is from training's.
type Drift struct {
	Column  string   `json:"column"`
	Dataset string   `json:"dataset,omitempty"` // "" for all together
	PSI     float64  `json:"psi"`
	Usual   float64  `json:"usual"`                   // the largest distance of a part of training from the rest
	Excess  float64  `json:"excess"`                  // of the distance over chance
	Mean    *float64 `json:"mean_shift_sd,omitempty"` // of the numbers, in deviations of training
	Missing float64  `json:"missing"`                 // share of the rows
	Outside float64  `json:"outside"`                 // too: beyond training's least and greatest number
	Unseen  float64  `json:"unseen"`                  // too: of a level that training has not
	Drifted bool     `json:"drifted"`                 // farther than is usual, and far

	short bool // fewer rows than the parts have
}

// far is the distance below which none matters.
const far = 0.1

// Within reports whether the drift is at most so many times what is usual.
func (d *Drift) Within(times float64) bool { return d.Excess <= float64(times*d.Usual) }

// drifts returns how far every column is from training, in the dataset in which it is
// farthest, the farthest column first.
func (s *Sums) drifts() (worst []Drift) {
	if len(s.Training.Usual) == 0 {
		return nil
	}
	var all []Cells
	var rows int64
	for i := range s.Datasets {
		MergeCells(&all, s.Datasets[i].Cells)
		rows += s.Datasets[i].Rows
	}
	for j := range s.Columns {
		var found []Drift
		for i := range s.Datasets {
			if cells := s.Datasets[i].Cells; len(cells) > 0 && cells[j].n() >= leastRows {
				found = append(found, s.drift(j, s.Datasets[i].Name, s.Datasets[i].Rows, &cells[j]))
			}
		}
		if len(s.Datasets) > 1 && len(all) > 0 && all[j].n() >= leastRows {
			found = append(found, s.drift(j, "", rows, &all[j]))
		}
		if len(found) > 0 {
			worst = append(worst, slices.MinFunc(found, farther))
		}
	}
	slices.SortStableFunc(worst, farther)
	return worst
}

// farther orders by what is beyond chance, and then by all, as multiples of what is usual, which
// may be 0: so the products, not the quotients, are compared.
func farther(a, b Drift) int {
	return cmp.Or(cmp.Compare(b.Excess*a.Usual, a.Excess*b.Usual), cmp.Compare(b.Excess, a.Excess),
		cmp.Compare(b.PSI*a.Usual, a.PSI*b.Usual))
}

// drift compares the cells of a dataset of so many rows in column j with training's.
func (s *Sums) drift(j int, name string, all int64, cells *Cells) Drift {
	column, training := &s.Columns[j], &s.Training.Cells[j]
	n := cells.n()
	rows := n + cells.Unseen
	if column.Levels == nil || !slices.Contains(column.Levels, design.MissingLevel) {
		rows += cells.Missing
	}
	share := func(n, of int64) float64 { return Round(float64(n)/float64(of), 4) }
	d := Drift{Column: column.Name, Dataset: name, PSI: Round(psi(training.Bins, cells.Bins), 6),
		Usual: Round(s.Training.Usual[j], 6), Missing: share(cells.Missing+cells.Dropped, max(all, rows+cells.Dropped)),
		Outside: share(cells.Outside, rows), Unseen: share(cells.Unseen, rows), short: n < training.n()/s.Training.Parts}
	d.Excess = Round(max(0, d.PSI-noise(column.bins(), training.n(), n)), 6)
	d.Drifted = !d.Within(1) && d.PSI > far
	if column.Deviation > 0 {
		d.Mean = ptr(Round(cells.Moved/float64(n), 4))
	}
	return d
}

// String says in a sentence without its end that it has drifted.
func (d *Drift) String() string {
	text := fmt.Sprintf("%s has drifted from training: %s", d.Name(), d.figures())
	if d.short {
		text += "; with fewer rows than a part of training has, that may be a season"
	}
	return text
}

// Name is that of the column and the dataset.
func (d *Drift) Name() string {
	if d.Dataset == "" {
		return fmt.Sprintf("%q", d.Column)
	}
	return fmt.Sprintf("%q of %s", d.Column, d.Dataset)
}

// figures say how far it is.
func (d *Drift) figures() string {
	text := fmt.Sprintf("PSI %.2g where %.2g is usual", d.PSI, d.Usual)
	if d.Excess <= d.Usual && d.PSI > d.Usual {
		text = fmt.Sprintf("PSI %.2g, %.2g of it beyond chance, where %.2g is usual", d.PSI, d.Excess, d.Usual)
	}
	if d.Mean != nil {
		text += fmt.Sprintf(", its mean moved by %.2g deviations", *d.Mean)
	}
	for _, share := range []struct {
		of   float64
		what string
	}{{d.Missing, "missing"}, {d.Outside, "outside training's range"}, {d.Unseen, "of unseen levels"}} {
		if share.of > 0 {
			text += fmt.Sprintf(", %.3g %% %s", 100*share.of, share.what)
		}
	}
	return text
}

// Residual is the mean of actual − predicted beside that of rows held out in training: where
// it differs, the target has changed in a way that the columns do not show.
type Residual struct {
	Mean    float64 `json:"mean"`
	Half    float64 `json:"half_95"` // of its interval
	Held    float64 `json:"cv_mean"`
	HalfCV  float64 `json:"cv_half_95"`
	Differs bool    `json:"differs"`
}

// residual finishes the sums, nil where there is nothing to compare.
func (s *Sums) residual() *Residual {
	clusters, all := s.clusters()
	if s.Training.Held == nil || all.N == 0 {
		return nil
	}
	mean, held := ResidualMean(clusters), s.Training.Held
	if mean == nil {
		return nil
	}
	least := 0.0 // that does not come from rounding
	if n := len(s.Columns); n > 0 {
		least = rounding * s.Columns[n-1].Deviation // the target's
	}
	return &Residual{Round(mean.Value, 6), Round(mean.Half, 6), Round(held.Value, 6), Round(held.Half, 6),
		math.Abs(mean.Value-held.Value) > max(least, math.Hypot(mean.Half, held.Half))}
}

// String says it in a sentence without its end.
func (r *Residual) String() string {
	verdict := "no farther apart than chance"
	if r.Differs {
		verdict = "the target has moved in a way that the columns do not tell"
	}
	return fmt.Sprintf("residuals have the mean %.3g ± %.2g where rows held out in training have %.3g ± %.2g: %s", r.Mean, r.Half,
		r.Held, r.HalfCV, verdict)
}

// Shift is what a term of the model moves the mean prediction by, in units of the target.
type Shift struct {
	Term  string  `json:"term"`
	Shift float64 `json:"shift"`
}

// Shifts says by how much the mean prediction is above that of the training rows, and what
// each term has of it, the largest first: they sum up to it.
func (s *Sums) Shifts() (total float64, terms []Shift) {
	var rows int64
	sums := make([]float64, len(s.Terms))
	for i := range s.Datasets {
		d := &s.Datasets[i]
		rows += d.Predicted
		for t, v := range d.Shift {
			sums[t] += v
		}
	}
	if rows == 0 {
		return 0, nil
	}
	for t, name := range s.Terms {
		shift := Shift{name, sums[t] / float64(rows)}
		total += shift.Shift
		terms = append(terms, shift)
	}
	slices.SortStableFunc(terms, func(a, b Shift) int { return cmp.Compare(math.Abs(b.Shift), math.Abs(a.Shift)) })
	return total, terms
}

// Changes say what has changed since training: sentences without their ends.
func (r *Report) Changes() (said []string) {
	add := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	for i := range r.Drift[:min(WorstColumns, len(r.Drift))] {
		if r.Drift[i].Drifted {
			add("%v", &r.Drift[i])
		}
	}
	if len(r.Drift) > 0 && said == nil {
		nearest := ""
		if d := &r.Drift[0]; d.Excess > 0 {
			nearest = fmt.Sprintf("; nearest to it is %s: %s", d.Name(), d.figures())
		}
		add("no column is farther from training than its parts are from each other%s", nearest)
	}
	if total, terms := r.Shifts(); len(terms) > 0 {
		side := "above"
		if total < 0 {
			side = "below"
		}
		add("predictions are %.3g %s training's on average; %s moves them most, by %.3g", math.Abs(total), side, terms[0].Term,
			terms[0].Shift)
	}
	if r.Residual != nil {
		add("%v", r.Residual)
	}
	return said
}
