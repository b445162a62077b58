package metrics

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/moments"
)

const (
	blocksOfFile = 10 // clusters of a dataset
	enoughFiles  = 20 // from as many on every dataset is one cluster
	mostRuns     = 64 * blocksOfFile
)

// Against compares the model with another on the rows of a file that both predict. Its
// rows are in clusters, as those that follow each other resemble each other: ten blocks
// in time or, without time, of rows dealt out.
type Against struct {
	Nearer   int64 // rows that the model is nearer to than the other
	Others   int64 // rows that only one of them predicts
	Clusters [blocksOfFile]Duel

	size int64  // rows of a run
	runs []Duel // of equally many rows; the clusters are made of them
}

// Duel are the errors of both models on the same rows.
type Duel struct {
	N            int64
	Model, Rival moments.Sum // Σ residual²
}

// Merge includes the rows of o.
func (d *Duel) Merge(o *Duel) {
	d.N += o.N
	d.Model.Merge(o.Model)
	d.Rival.Merge(o.Rival)
}

// Add includes the rows that follow in the file. Residuals are NaN where a model does
// not predict, or nothing was measured.
func (a *Against) Add(model, rival []float64, timed bool) {
	for i, r := range model {
		o := rival[i]
		switch {
		case r == r && o == o:
			if math.Abs(r) < math.Abs(o) {
				a.Nearer++
			}
			a.cluster(timed).Merge(&Duel{1, moments.Float(float64(r * r)), moments.Float(float64(o * o))})
		case r == r || o == o:
			a.Others++
		}
	}
}

// cluster is where the next row goes. How long the blocks are is not known before the
// file's end: there are many runs of rows, of which pairs become one when they are too
// many.
func (a *Against) cluster(timed bool) *Duel {
	if a.size == 0 {
		a.size = 1
	}
	if !timed {
		a.size++
		return &a.Clusters[(a.size-2)%blocksOfFile]
	}
	if n := len(a.runs); n == 0 || a.runs[n-1].N == a.size {
		if n == mostRuns {
			for k := range n / 2 {
				a.runs[2*k].Merge(&a.runs[2*k+1])
				a.runs[k] = a.runs[2*k]
			}
			a.runs, a.size = a.runs[:n/2], 2*a.size
		}
		a.runs = append(a.runs, Duel{})
	}
	return &a.runs[len(a.runs)-1]
}

// Finish makes the clusters when the file is at its end.
func (a *Against) Finish() {
	var rows, before int64
	for _, run := range a.runs {
		rows += run.N
	}
	for _, run := range a.runs {
		middle := float64(before) + float64(run.N)/2
		a.Clusters[int(middle*blocksOfFile/float64(rows))].Merge(&run)
		before += run.N
	}
	a.runs = nil
}

// All is the file as one cluster.
func (a *Against) All() (d Duel) {
	for k := range a.Clusters {
		d.Merge(&a.Clusters[k])
	}
	return d
}

// check reports a comparison of more rows than the file has.
func (a *Against) check(scored int64) error {
	n := a.All().N
	if n > scored || a.Nearer > n || slices.ContainsFunc(a.Clusters[:], func(d Duel) bool {
		return d.Model.Value() < 0 || d.Rival.Value() < 0 || d.N == 0 && d != (Duel{})
	}) {
		return errors.New("the rows that were compared with another model are not the file's")
	}
	return nil
}

// Comparison is what the model gains over another. What is not defined is null.
type Comparison struct {
	Model    string   `json:"model_fingerprint"` // the other's
	Rows     int64    `json:"rows"`              // that both predict
	Others   int64    `json:"others"`            // that only one of them predicts
	MSE      *float64 `json:"mse"`
	RivalMSE *float64 `json:"mse_against"`
	Gain     *float64 `json:"gain"`      // mse_against − mse
	StdError *float64 `json:"std_error"` // of the gain, clustered
	Low      *float64 `json:"low"`       // its 95 % interval
	High     *float64 `json:"high"`
	Nearer   *float64 `json:"nearer"` // share of the rows
	Best     string   `json:"best"`   // the dataset with the largest gain, and with the least
	Worst    string   `json:"worst"`
}

// Compare finishes the sums, nil where there is no other model. The gain is the mean of
// (1 − share)·e² of the other, − e² of the model.
func (r *Report) Compare(share float64) *Comparison {
	if r.Sums.Against == "" {
		return nil
	}
	c := &Comparison{Model: r.Sums.Against}
	var clusters []Duel
	var all Duel
	nearer := int64(0)
	best, worst := math.Inf(-1), math.Inf(1)
	for _, d := range r.Datasets {
		a := d.Against
		if a == nil {
			continue
		}
		whole := a.All()
		all.Merge(&whole)
		nearer, c.Others = nearer+a.Nearer, c.Others+a.Others
		if len(r.Datasets) >= enoughFiles {
			clusters = append(clusters, whole)
		} else {
			clusters = append(clusters, a.Clusters[:]...)
		}
		gain := whole.gain(share) / float64(whole.N)
		if whole.N > 0 && gain > best {
			best, c.Best = gain, d.Name
		}
		if whole.N > 0 && gain < worst {
			worst, c.Worst = gain, d.Name
		}
	}
	n := float64(all.N)
	c.Rows = all.N
	c.MSE, c.RivalMSE, c.Nearer = ptr(all.Model.Value()/n), ptr(all.Rival.Value()/n), ptr(float64(nearer)/n)
	c.Gain = ptr(all.gain(share) / n)
	if c.Gain == nil {
		return c
	}
	variance, dof := clustered(clusters, share, *c.Gain, n)
	if !(dof >= 1) || math.IsNaN(variance) {
		return c
	}
	half := Quantile(0.975, dof) * math.Sqrt(variance)
	c.StdError, c.Low, c.High = ptr(math.Sqrt(variance)), ptr(*c.Gain-half), ptr(*c.Gain+half)
	return c
}

// String says it in a sentence.
func (c *Comparison) String() string {
	if c.Rows == 0 {
		return "no row could be predicted by both models"
	}
	text := fmt.Sprintf("on %d rows that both predict the MSE is %.4g where the other model's is %.4g", c.Rows, *c.MSE,
		*c.RivalMSE)
	switch {
	case c.Low == nil:
	case *c.Low > 0:
		text += fmt.Sprintf(": a gain of %.3g ± %.2g, which is sure", *c.Gain, *c.High-*c.Gain)
	case *c.High < 0:
		text += fmt.Sprintf(": a loss of %.3g ± %.2g, which is sure", -*c.Gain, *c.High-*c.Gain)
	default:
		text += fmt.Sprintf(": the difference of %.3g ± %.2g may be chance", *c.Gain, *c.High-*c.Gain)
	}
	text += fmt.Sprintf("; nearer on %.1f %% of them", 100**c.Nearer)
	if c.Best != c.Worst {
		text += fmt.Sprintf("; the most is gained on %s, the least on %s", c.Best, c.Worst)
	}
	if c.Others > 0 {
		text += fmt.Sprintf("; %d rows are predicted by one of them only", c.Others)
	}
	return text
}

// gain is Σ((1 − share)·e² of the rival − e² of the model).
func (d *Duel) gain(share float64) float64 {
	return d.Rival.Times(moments.Float(1 - share)).Minus(d.Model).Value()
}

// clustered returns the variance of the mean of n numbers, and its degrees of freedom, from
// their sums by cluster: HC2 of a regression on a constant, with the degrees of freedom
// of R. M. Bell and D. F. McCaffrey, "Bias reduction in standard errors for linear
// regression with multi-stage samples", Survey Methodology 28 (2002). Clusters without
// rows do not count.
func clustered(clusters []Duel, share, mean, n float64) (variance, dof float64) {
	var squares, sum, own float64 // Σw², Σw²/(1 − w), Σ(w²/(1 − w))²
	for _, d := range clusters {
		if d.N == 0 {
			continue
		}
		w := float64(d.N) / n
		s := d.gain(share) - float64(float64(d.N)*mean)
		variance += float64(s*s) / (1 - w) / float64(n*n)
		v := float64(w*w) / (1 - w)
		squares, sum, own = squares+float64(w*w), sum+v, own+float64(v*v)
	}
	return variance, 1 / (squares + float64(sum*sum) - own)
}
