package regression

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/ordered"
)

// Kind is the format of model.gob.
var Kind = artifact.Kind{Format: "model", Version: 7, Program: "model_preparation"}

// gob numbers the types of a process in the order in which it meets them and
// writes these numbers. This makes them the same in every run.
func init() {
	if _, _, err := new(Model).Encode(); err != nil {
		panic(err)
	}
}

// Dataset is what one file contributed: the factors of its K folds.
type Dataset struct {
	dataset.ID
	Used  int64
	Tail  []float64    // the last targets, as many as the longest lag, oldest first; NaN is a missing one
	Step  dataset.Time // the usual distance from row to row, 0 without lags
	Folds Folds
}

// Model is a fitted regressor together with all that is needed to fit it
// again, to other data too. ŷ = Intercept + Σ Coef[j]·z[j] for a standardised
// row z.
type Model struct {
	Settings
	Part      *dataset.Shard // with it there are only the settings and the datasets
	Datasets  []Dataset      // in the order of dataset.Compare
	Penalty   float64        `range:"0,"` // the ridge penalty used
	Intercept float64
	Coef      []float64
	// Climatology is the model on the season's columns alone, its intercept
	// first; empty if there are none.
	Climatology []float64
	TrainMean   float64 // of the target
	Band        Band
	Kept        []bool // of the terms, those that are in the model
	Training    metrics.Training
}

// FoldBounds returns where the folds of n rows begin, and n: the first n mod K
// folds have one row more, as in scikit-learn's KFold.
func FoldBounds(n int64, folds int) []int64 {
	k := int64(folds)
	bounds := make([]int64, k+1)
	for i := range k {
		bounds[i+1] = bounds[i] + n/k
		if i < n%k {
			bounds[i+1]++
		}
	}
	return bounds
}

// New fits a model to datasets, and sums up what is to be said of it. The
// result depends on the datasets alone, not on how they were gathered.
func New(s Settings, datasets []Dataset) (*Model, *Summary, error) {
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	m := &Model{Datasets: datasets}
	err := dataset.Distinct(m.IDs())
	if err != nil {
		return nil, nil, err
	}
	s = s.unfitted()
	datasets = s.standardize(datasets)
	splits, total := newSplits(pool(datasets, s.Folds))
	if total.N == 0 {
		return nil, nil, errors.New("no row can be used: each lacks the target, a feature or a lag")
	}
	if !total.finite() {
		return nil, nil, fmt.Errorf("the squares of %q overflow float64; change its unit", s.Target)
	}
	choice := s.choose(datasets, splits)
	m.Settings, m.Kept = s, choice.kept
	whole, err := s.solver(total, s.alphas(total.N)[0])
	if err != nil {
		return nil, nil, err
	}
	if m.Penalty, err = choice.fixPenalty(&s, splits, total.N); err != nil {
		return nil, nil, err
	}
	cv := crossValidate(&s, m.Penalty, splits)
	cv.Path = append(cv.Path, choice.path...)
	penalized := whole.penalized(m.Penalty)
	x := penalized.solve()
	if s.blend != nil {
		fits, err := s.fits(total, m.Penalty)
		if err != nil {
			return nil, nil, err
		}
		x = fits[0]
	}
	m.Intercept, m.Coef = s.uncentre(x.b0), x.coef()
	m.TrainMean = s.uncentre(total.at(0, whole.p+1).Over(total.at(0, 0)))
	m.Band = newBand(penalized, m.Penalty, x, m.TrainMean)
	if m.Climatology, err = s.climatology(total, m.Penalty); err != nil {
		return nil, nil, err
	}
	m.Training = training(datasets, cv.held)
	summary := summarize(m, datasets, whole, penalized, x, factorsOf(datasets, total), cv)
	summary.Terms, summary.Selection = choice.worth, choice.selection
	if err := m.check(false); err != nil {
		return nil, nil, err
	}
	return m, summary, nil
}

// factorsOf returns the factor of each dataset; all is that of all of them.
func factorsOf(datasets []Dataset, all *Factor) []Factor {
	if len(datasets) == 1 {
		return []Factor{*all}
	}
	wholes := make([]Factor, len(datasets))
	ordered.Each(len(datasets), func(i int) {
		for k := range datasets[i].Folds {
			wholes[i].Merge(&datasets[i].Folds[k].Factor)
		}
	})
	return wholes
}

// NewShard makes a shard of a model, for Merge.
func NewShard(s Settings, part *dataset.Shard, datasets []Dataset) *Model {
	return &Model{Settings: s, Part: part, Datasets: datasets}
}

// IDs returns the datasets' identities.
func (m *Model) IDs() []dataset.ID {
	ids := make([]dataset.ID, len(m.Datasets))
	for i, d := range m.Datasets {
		ids[i] = d.ID
	}
	return ids
}

// Merge joins models over different files, or all shards of one, exactly: it is the
// model that one run over all their files would have fitted.
func Merge(models []*Model) (*Model, *Summary, error) {
	var datasets []Dataset
	var shards []*dataset.Shard
	for _, m := range models {
		shards = append(shards, m.Part)
	}
	if err := dataset.Complete(shards); err != nil {
		return nil, nil, err
	}
	for i, m := range models {
		if m.Scaler != models[0].Scaler {
			return nil, nil, fmt.Errorf("model %d was trained with another scaler than the first", i+1)
		}
		if !reflect.DeepEqual(m.unfitted(), models[0].unfitted()) {
			return nil, nil, fmt.Errorf("model %d has other settings than the first: alpha %s and %d folds where "+
				"the first has %s and %d", i+1, m.AlphaName(), m.Folds, models[0].AlphaName(), models[0].Folds)
		}
		datasets = append(datasets, m.Datasets...)
	}
	return New(models[0].Settings, datasets)
}

// Encode returns model.gob and its fingerprint. The folds come after all else,
// which is what predicting takes, one by one.
func (m *Model) Encode() (file [][]byte, fingerprint string, err error) {
	light := *m
	light.Datasets = slices.Clone(m.Datasets)
	values := []any{&light}
	for i := range light.Datasets {
		light.Datasets[i].Folds = nil
		for k := range m.Datasets[i].Folds {
			values = append(values, &m.Datasets[i].Folds[k])
		}
	}
	return Kind.EncodeGob(values...)
}

// Read reads model.gob and checks it. It returns the
// file's fingerprint too.
func Read(path string) (*Model, string, error) { return read(path, true, false) }

// ReadLight is Read without the factors, for predicting.
func ReadLight(path string) (*Model, string, error) { return read(path, false, false) }

// ReadShard is Read of a model, or of a shard of one, for Merge.
func ReadShard(path string) (*Model, string, error) { return read(path, true, true) }

func read(path string, factors, part bool) (*Model, string, error) {
	m := new(Model)
	fingerprint, err := Kind.ReadGob(path, m, func() (folds []any) {
		if !factors || m.Folds > MostFolds {
			return nil
		}
		for i := range m.Datasets {
			m.Datasets[i].Folds = make(Folds, max(0, m.Settings.Folds))
			for k := range m.Datasets[i].Folds {
				folds = append(folds, &m.Datasets[i].Folds[k])
			}
		}
		return folds
	})
	if err != nil {
		return nil, "", err
	}
	if !part {
		if err := m.Part.Unmerged(path, Kind.Program); err != nil {
			return nil, "", err
		}
	}
	err = m.check(factors)
	if err != nil {
		return nil, "", fmt.Errorf("%s: is not a model: %w; run %s again", path, err, Kind.Program)
	}
	return m, fingerprint, nil
}
