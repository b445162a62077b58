package importer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	maxRedirects = 5
	timeout      = 10 * time.Minute // for all of a URL
	patience     = 30 * time.Second // for a server's answer
)

// Shown is a source as it may be seen: without the name and password in a URL.
func Shown(src string) string {
	u, err := url.Parse(src)
	if err != nil || u.User == nil {
		if scheme, rest, found := strings.Cut(src, "://"); found && strings.Contains(rest, "@") {
			return scheme + "://xxxxx@" + rest[strings.LastIndex(rest, "@")+1:]
		}
		return src
	}
	u.User = url.User("xxxxx")
	return u.String()
}

func isHTTP(src string) bool {
	u, err := url.Parse(src)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}

// get asks for a URL.
func get(ctx context.Context, src string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	client := http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true,
			ResponseHeaderTimeout: patience, TLSHandshakeTimeout: patience},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return nil
		},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, src, nil)
	if err == nil {
		var answer *http.Response
		if answer, err = client.Do(request); err == nil {
			answer.Body = &body{answer.Body, cancel}
			if answer.StatusCode != http.StatusOK {
				answer.Body.Close()
				return nil, fmt.Errorf("%s: the server answers %s", Shown(src), answer.Status)
			}
			return answer, nil
		}
	}
	cancel()
	return nil, err
}

// body ends the time that a URL may take when it is closed.
type body struct {
	io.ReadCloser
	cancel func()
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
