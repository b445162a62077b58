package main

import (
	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/regression"
)

// sayTerms tells which of the terms that could be chosen are in the model, and what each is
// worth.
func sayTerms(o *options, s *regression.Summary) {
	c := s.Selection
	switch {
	case c == nil:
		return
	case c.Reason != "":
		if o.choose {
			o.Warnf("only the plain terms are kept, and no penalty is chosen: %s", c.Reason)
		}
		return
	}
	chosen := 0
	for _, t := range s.Terms {
		if t.Chosen {
			chosen++
		}
	}
	o.Table(termTable(s.Terms), " terms, in "+regression.Twin(o.out))
	o.Logf("%d of %s kept: the best of %d models compared, MSE %.4g on rows held out; it was picked as the best, so expect about "+
		"%.2g more on new rows, and larger standard errors", chosen,
		cli.Plural(len(s.Terms), "term", "terms"), c.Compared, c.MSE, c.Optimism)
	const few = 30
	if s.Rows < few {
		o.Warnf("%d rows tell little of what terms are worth; %d are the least that do", s.Rows, few)
	}
	if c.Chosen < 1 {
		o.Logf("it predicts by %.0f %% of the chosen terms' fit, %.0f %% of the plain terms', which has some in part, and %.0f %% "+
			"of the target's mean; that errs less on rows held out than the chosen ones alone", 100*c.Chosen, 100*c.Plain,
			max(0, 100*(1-c.Chosen-c.Plain)))
	}
}

// termTable is the terms of a model, those that are kept first, of these the most worth.
func termTable(terms []regression.Worth) dataframe.DataFrame {
	var names, kept []string
	var worth []float64
	var columns, better []int
	for _, t := range regression.MostWorth(terms) {
		names, kept, columns = append(names, t.Name), append(kept, t.In()), append(columns, len(t.Columns))
		worth, better = append(worth, cli.Defined(t.Delta)), append(better, t.Better)
	}
	return dataframe.New(series.New(names, series.String, "term"), series.New(columns, series.Int, "columns"),
		series.New(worth, series.Float, "mse_more"), series.New(better, series.Int, "folds_better"),
		series.New(kept, series.String, "in_model"))
}
