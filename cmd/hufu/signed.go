package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// endpointFlags say which server a command calls, and as whom. The key comes from the environment alone: the arguments of a
// program can be read by everybody on the machine.
type endpointFlags struct {
	Endpoint string `help:"Address of the server." default:"http://127.0.0.1:9800" env:"HUFU_ENDPOINT"`
}

// The environment of a command that signs.
const (
	envSecretID  = "HUFU_SECRET_ID"
	envSecretKey = "HUFU_SECRET_KEY"
	envToken     = "HUFU_TOKEN"
)

const endpointHelp = `The key that signs is read from HUFU_SECRET_ID and HUFU_SECRET_KEY, and that of a temporary credential from HUFU_TOKEN too.`

// signer calls actions of the API with one credential.
type signer struct {
	endpoint       *url.URL
	id, key, token string
	http           *http.Client
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 20

func (e endpointFlags) signer() (*signer, error) {
	u, err := url.Parse(e.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("--endpoint %q is not an address like https://hufu.example.com", e.Endpoint)
	}
	s := &signer{endpoint: u, id: os.Getenv(envSecretID), key: os.Getenv(envSecretKey), token: os.Getenv(envToken), http: &http.Client{Timeout: time.Minute}}
	if s.id == "" || s.key == "" {
		return nil, fmt.Errorf("set %s and %s to the key that signs", envSecretID, envSecretKey)
	}
	return s, nil
}

// apiError is an answer that is an error.
type apiError struct {
	Code, Message, RequestID string
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s: %s (request %s)", e.Code, strings.TrimSpace(e.Message), e.RequestID)
}

var serviceVersions = map[string]string{"cam": "2019-01-16", "hufu": "2026-12-01"}

// limitedTries are made of a call that is refused because there were too many in a second.
const limitedTries = 10

// call makes one call, "hufu:ListWeComCorps", and reads its answer into out.
func (s *signer) call(ctx context.Context, action string, in, out any) error {
	for try := 1; ; try++ {
		err := s.once(ctx, action, in, out)
		e, ok := errors.AsType[*apiError](err)
		if !ok || !strings.HasPrefix(e.Code, "RequestLimitExceeded") || strings.HasSuffix(e.Code, ".CreateUser") || try == limitedTries {
			return err
		}
		if err := wait(ctx, time.Second); err != nil {
			return err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (s *signer) once(ctx context.Context, action string, in, out any) error {
	service, name, _ := strings.Cut(action, ":")
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint.JoinPath("/").String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	now := time.Now().Unix()
	m := tc3.Message{Service: service, Timestamp: now, Method: http.MethodPost, PayloadHash: tc3.HashPayload(body),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: r.Host}}}
	signed, err := m.Sign(s.id, s.key)
	if err != nil {
		return err
	}
	for k, v := range map[string]string{"Content-Type": "application/json", "X-TC-Action": name, "X-TC-Version": serviceVersions[service], "X-TC-Language": "en-US",
		"X-TC-Timestamp": strconv.FormatInt(now, 10), "Authorization": signed.Header()} {
		r.Header.Set(k, v)
	}
	if s.token != "" {
		r.Header.Set("X-TC-Token", s.token)
	}
	answer, err := s.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return decodeAnswer(answer, out)
}

func decodeAnswer(answer *http.Response, out any) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	var envelope struct{ Response json.RawMessage }
	if answer.StatusCode != http.StatusOK || json.Unmarshal(body, &envelope) != nil || envelope.Response == nil {
		return fmt.Errorf("the server answers with status %s and no envelope of the API", answer.Status)
	}
	var failed struct {
		Error     *struct{ Code, Message string }
		RequestID string `json:"RequestId"`
	}
	if err := json.Unmarshal(envelope.Response, &failed); err != nil {
		return err
	}
	if failed.Error != nil {
		return &apiError{failed.Error.Code, failed.Error.Message, failed.RequestID}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(envelope.Response, out)
}
