package origin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const (
	maxRedirects = 5
	timeout      = 10 * time.Minute // for all of a URL
	patience     = 30 * time.Second // for a server's answer
)

// hidden stands for what is not to be seen.
const hidden = "xxxxx"

// Shown is a source as it may be seen: of a URL neither the name and the password nor
// the query, where tokens are. One in which they cannot be told from the rest shows
// nothing at all.
func Shown(src string) string {
	scheme, rest, found := strings.Cut(src, ":")
	if !found || !webScheme.MatchString(scheme) || !strings.HasPrefix(rest, "/") && !strings.Contains(rest, "@") {
		return src
	}
	u, err := url.Parse(src)
	if err != nil || u.Host == "" || strings.Contains(u.EscapedPath()+u.RawQuery+u.EscapedFragment(), "@") {
		return scheme + "://" + hidden
	}
	shown := scheme + "://" + u.Host + u.EscapedPath()
	if u.User != nil {
		shown = scheme + "://" + hidden + "@" + u.Host + u.EscapedPath()
	}
	if u.RawQuery != "" || u.Fragment != "" {
		shown += "?" + hidden
	}
	return shown
}

var (
	webScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+$`) // longer than a drive of Windows
	secrets   = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]+:/[^\s"']*|[^\s"']*@[^\s"']*`)
)

// discreet hides in an error what may not be seen, whoever wrote it: a proxy's address
// has a password, too.
func discreet(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errors.New(secrets.ReplaceAllStringFunc(err.Error(), func(s string) string {
		if strings.Contains(s, "://") {
			return Shown(s)
		}
		return hidden
	}))
}

func isHTTP(src string) bool {
	scheme, _, found := strings.Cut(src, ":")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

func isURL(src string) bool { return isHTTP(src) || strings.Contains(src, "://") }

// Check reports a source that is a URL and cannot be fetched.
func Check(src string) error {
	if !isURL(src) {
		return nil
	}
	_, err := parseURL(src)
	return err
}

// parseURL reads an http(s) URL.
func parseURL(src string) (*url.URL, error) {
	u, err := url.Parse(src)
	switch {
	case err == nil && u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s: only http and https URLs can be fetched", Shown(src))
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("%s: is no URL that can be read; in a name or password write %%3F for ?, %%23 for #, %%2F "+
			"for / and %%40 for @", Shown(src))
	}
	return u, nil
}

// trusted says whose certificates are: nil for the system's.
var trusted *tls.Config

// fetch spools what a URL answers, or where the server sends it on.
func (s *Text) fetch(ctx context.Context, src string) error {
	u, err := parseURL(src)
	if err != nil {
		return err
	}
	log.SetOutput(io.Discard) // where net/http writes what the error says
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true, DisableKeepAlives: true,
		TLSClientConfig: trusted, ResponseHeaderTimeout: patience, TLSHandshakeTimeout: patience}
	for range 1 + maxRedirects {
		var answer *http.Response
		request, err := http.NewRequestWithContext(timed, http.MethodGet, u.String(), nil)
		if err == nil {
			if password, _ := u.User.Password(); u.User != nil {
				request.SetBasicAuth(u.User.Username(), password)
			}
			answer, err = transport.RoundTrip(request)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", Shown(src), discreet(err))
		}
		defer answer.Body.Close()
		next, err := answer.Location()
		switch {
		case answer.StatusCode == http.StatusOK:
			return s.spool(ctx, answer.Body)
		case answer.StatusCode/100 != 3 || answer.Header.Get("Location") == "":
			return fmt.Errorf("%s: the server answers %s", Shown(src), answer.Status)
		case err != nil:
			return fmt.Errorf("%s: the server sends it on to what is no URL", Shown(src))
		case next.Scheme != "https" && next.Scheme != u.Scheme:
			return fmt.Errorf("%s: the server sends it on from %s to %s, where anybody may read and change it; if that is "+
				"to be, import %s", Shown(src), u.Scheme, next.Scheme, Shown(next.String()))
		}
		u = next
	}
	return fmt.Errorf("%s: the server sends it on more than %d times; import the URL where it ends", Shown(src),
		maxRedirects)
}
