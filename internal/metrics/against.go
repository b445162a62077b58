package metrics

import (
	"fmt"
	"math"
)

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
	gain := func(c *Cluster) (rows int64, sum float64) { return c.Common, float64((1-share)*c.Rival) - c.Model }
	clusters, all := r.clusters()
	n := float64(all.Common)
	c := &Comparison{Model: r.Sums.Against, Rows: all.Common, MSE: ptr(all.Model / n), RivalMSE: ptr(all.Rival / n)}
	nearer := int64(0)
	best, worst := math.Inf(-1), math.Inf(1)
	for i := range r.Datasets {
		d := &r.Datasets[i]
		nearer, c.Others = nearer+d.Clusters.Nearer, c.Others+d.Clusters.Others
		whole := d.Clusters.All()
		rows, sum := gain(&whole)
		mean := sum / float64(rows)
		if rows > 0 && mean > best {
			best, c.Best = mean, d.Name
		}
		if rows > 0 && mean < worst {
			worst, c.Worst = mean, d.Name
		}
	}
	value, stdError, half := clusterMean(clusters, gain)
	c.Gain, c.StdError, c.Low, c.High = ptr(value), ptr(stdError), ptr(value-half), ptr(value+half)
	c.Nearer = ptr(float64(nearer) / n)
	return c
}

// String says it in a sentence.
func (c *Comparison) String() string {
	if c.Gain == nil || c.MSE == nil || c.RivalMSE == nil {
		return "no row could be predicted by both models"
	}
	text := fmt.Sprintf("on %d rows that both predict the MSE is %.4g where the other model's is %.4g", c.Rows, *c.MSE,
		*c.RivalMSE)
	switch {
	case c.Low == nil || c.High == nil:
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
