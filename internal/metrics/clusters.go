package metrics

import "math"

const (
	blocksOfFile = 10 // clusters of a dataset
	enoughFiles  = 20 // from as many on every dataset is one cluster
	mostRuns     = 64 * blocksOfFile
)

// Clusters are sums over the scored rows of a file in groups, as those that follow each other
// resemble each other: ten blocks in time or, without time, of rows dealt out.
type Clusters struct {
	Blocks [blocksOfFile]Cluster
	Nearer int64 `range:"0,1e12"` // rows that the model is nearer to than the one that it is compared with
	Others int64 `range:"0,1e12"` // rows that only one of the two predicts

	size int64     // rows of a run
	runs []Cluster // of equally many rows; the blocks are made of them
}

// Cluster are sums over rows, and over those of them that another model predicts too.
type Cluster struct {
	N            int64   `range:"0,1e12"` // rows
	Residual     float64 // Σ of the model's
	Common       int64   `range:"0,1e12"`
	Model, Rival float64 // Σ of both models' residual²
}

// Add includes the rows that follow in the file. Residuals are NaN where a model does
// not predict, or nothing was measured; rival is empty without another model.
func (c *Clusters) Add(model, rival []float64, timed bool) {
	for i, r := range model {
		compared := len(rival) > 0 && rival[i] == rival[i]
		if r != r {
			if compared {
				c.Others++
			}
			continue
		}
		at := c.next(timed)
		at.N++
		at.Residual += r
		switch {
		case compared:
			at.Common++
			at.Model += float64(r * r)
			at.Rival += float64(rival[i] * rival[i])
			if math.Abs(r) < math.Abs(rival[i]) {
				c.Nearer++
			}
		case len(rival) > 0:
			c.Others++
		}
	}
}

// next is where the next row goes. How long the blocks are is not known before the file's
// end: there are many runs of rows, of which pairs become one when they are too many.
func (c *Clusters) next(timed bool) *Cluster {
	c.size = max(1, c.size)
	if !timed {
		c.size++
		return &c.Blocks[(c.size-2)%blocksOfFile]
	}
	if n := len(c.runs); n == 0 || c.runs[n-1].N == c.size {
		if n == mostRuns {
			for k := range n / 2 {
				merge(&c.runs[2*k], &c.runs[2*k+1])
				c.runs[k] = c.runs[2*k]
			}
			c.runs, c.size = c.runs[:n/2], 2*c.size
		}
		c.runs = append(c.runs, Cluster{})
	}
	return &c.runs[len(c.runs)-1]
}

// finish makes the blocks when the file is at its end.
func (c *Clusters) finish() {
	var rows, before int64
	for _, run := range c.runs {
		rows += run.N
	}
	for _, run := range c.runs {
		middle := float64(before) + float64(run.N)/2
		merge(&c.Blocks[int(middle*blocksOfFile/float64(rows))], &run)
		before += run.N
	}
	c.runs = nil
}

// All is the file as one cluster.
func (c *Clusters) All() (all Cluster) {
	for k := range c.Blocks {
		merge(&all, &c.Blocks[k])
	}
	return all
}

// clusters are those of all datasets, and their sum.
func (s *Sums) clusters() (list []Cluster, all Cluster) {
	for i := range s.Datasets {
		c := &s.Datasets[i].Clusters
		whole := c.All()
		merge(&all, &whole)
		if len(s.Datasets) >= enoughFiles {
			list = append(list, whole)
		} else {
			list = append(list, c.Blocks[:]...)
		}
	}
	return list, all
}

// clusterMean estimates a mean over rows from sums by cluster, with its standard error and the half
// of its 95 % interval; these are NaN where fewer than two clusters have rows. The variance
// is HC2 of a regression on a constant, with the degrees of freedom of R. M. Bell and D. F.
// McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage
// samples", Survey Methodology 28 (2002).
func clusterMean(clusters []Cluster, of func(*Cluster) (rows int64, sum float64)) (mean, stdError, half float64) {
	var all int64
	for i := range clusters {
		n, sum := of(&clusters[i])
		all, mean = all+n, mean+sum
	}
	rows := float64(all)
	mean /= rows
	variance := 0.0
	var squares, sum, own float64 // Σw², Σw²/(1 − w), Σ(w²/(1 − w))²
	for i := range clusters {
		n, s := of(&clusters[i])
		if n == 0 {
			continue
		}
		w := float64(n) / rows
		s -= float64(float64(n) * mean)
		variance += float64(s*s) / (1 - w) / float64(rows*rows)
		v := float64(w*w) / (1 - w)
		squares, sum, own = squares+float64(w*w), sum+v, own+float64(v*v)
	}
	dof := 1 / (squares + float64(sum*sum) - own)
	if !(dof >= 1) || math.IsNaN(variance) {
		return mean, math.NaN(), math.NaN()
	}
	stdError = math.Sqrt(variance)
	return mean, stdError, float64(Quantile(0.975, dof) * stdError)
}
