package tc3_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/tc3"
)

// A client signs with the time of its clock and sends the same time in X-TC-Timestamp.
func ExampleMessage_Sign() {
	body := []byte(`{"Name":"zhangsan"}`)
	m := tc3.Message{
		Service:   "cam",
		Timestamp: 1760000000,
		Method:    "POST",
		Headers: []tc3.Header{
			{Name: "content-type", Value: "application/json"},
			{Name: "host", Value: "cam.hufu.local:8443"},
		},
		PayloadHash: tc3.HashPayload(body),
	}
	a, err := m.Sign("AKIDhufuEXAMPLE000000000000000000001", "hufuEXAMPLEsecretKey000000000001")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.ReplaceAll(a.Header(), ", ", ",\n"))
	// Output:
	// TC3-HMAC-SHA256 Credential=AKIDhufuEXAMPLE000000000000000000001/2025-10-09/cam/tc3_request,
	// SignedHeaders=content-type;host,
	// Signature=ffadd7fcbacc3c1223ea8d0fd30f0b2076c252358f671bf6fcffabb7a641dfa3
}

// Where a signature is refused, the two texts show what the other side should have signed.
func ExampleMessage_CanonicalRequest() {
	m := tc3.Message{
		Service:   "cam",
		Timestamp: 1760000000,
		Method:    "GET",
		RawQuery:  "Rp=20&Page=1&Keyword=a+b",
		Headers: []tc3.Header{
			{Name: "content-type", Value: "application/x-www-form-urlencoded"},
			{Name: "host", Value: "cam.hufu.local"},
		},
		PayloadHash: tc3.HashPayload(nil),
	}
	fmt.Println(m.CanonicalRequest())
	fmt.Println("--")
	fmt.Println(m.StringToSign())
	// Output:
	// GET
	// /
	// Rp=20&Page=1&Keyword=a+b
	// content-type:application/x-www-form-urlencoded
	// host:cam.hufu.local
	//
	// content-type;host
	// e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
	// --
	// TC3-HMAC-SHA256
	// 1760000000
	// 2025-10-09/cam/tc3_request
	// 5f3a848b8e81a7cf883651401824522a3adcdbe1a4c93d02e5f30a4ba7c49512
}

// A server verifies a request before it believes anything that the request says. A real one also compares the
// timestamp with its clock and bounds the body.
func ExampleVerify() {
	const secretKey = "hufuEXAMPLEsecretKey000000000001" // found by the SecretID of the authorization

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		a, err := tc3.ParseAuthorization(hr.Header.Get("Authorization"))
		if err != nil {
			fmt.Fprintln(w, err)
			return
		}
		timestamp, err := strconv.ParseInt(hr.Header.Get("X-TC-Timestamp"), 10, 64)
		if err != nil {
			fmt.Fprintln(w, "X-TC-Timestamp is not a number")
			return
		}
		body, err := io.ReadAll(hr.Body)
		if err != nil {
			fmt.Fprintln(w, err)
			return
		}
		r := tc3.Request{
			Method:      hr.Method,
			Timestamp:   timestamp,
			Host:        []string{hr.Host, tc3.StripPort(hr.Host)},
			URIs:        []string{"/", hr.URL.EscapedPath()},
			RawQuery:    hr.URL.RawQuery,
			Header:      hr.Header,
			PayloadHash: [][32]byte{tc3.HashPayload(body)},
		}
		if err := tc3.Check(a, &r); err != nil {
			fmt.Fprintln(w, err)
			return
		}
		fmt.Fprintln(w, a.SecretID, tc3.Verify(a, &r, secretKey))
	}))
	defer server.Close()

	body := []byte(`{"Name":"zhangsan"}`)
	request, err := http.NewRequest("POST", server.URL, bytes.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	m := tc3.Message{Service: "cam", Timestamp: 1760000000, Method: "POST", PayloadHash: tc3.HashPayload(body),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: request.Host}}}
	a, err := m.Sign("AKIDhufuEXAMPLE000000000000000000001", secretKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-TC-Timestamp", "1760000000")
	request.Header.Set("Authorization", a.Header())
	response, err := server.Client().Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	fmt.Print(string(answer), err)
	// Output:
	// AKIDhufuEXAMPLE000000000000000000001 true
	// <nil>
}

// The error names the field that is wrong.
func ExampleParseAuthorization() {
	_, err := tc3.ParseAuthorization("TC3-HMAC-SHA256 Credential=AKID1/2025-10-09/cam/tc3_request, SignedHeaders=content-type")
	fmt.Println(err)
	// Output:
	// `Signature` is missing
}

func ExampleSignV1() {
	params := []tc3.Param{
		{Name: "Action", Value: "DescribeInstances"},
		{Name: "InstanceIds.0", Value: "ins-09dx96dg"},
		{Name: "Limit", Value: "20"},
		{Name: "Nonce", Value: "11886"},
		{Name: "Offset", Value: "0"},
		{Name: "Region", Value: "ap-guangzhou"},
		{Name: "SecretId", Value: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"},
		{Name: "Timestamp", Value: "1465185768"},
		{Name: "Version", Value: "2017-03-12"},
	}
	signature, err := tc3.SignV1("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "GET", "cvm.tencentcloudapi.com", "/", params)
	fmt.Println(signature, err)
	// Output:
	// EliP9YW3pW28FpsEdkXt/+WcGeI= <nil>
}

// An old client sends Region without signing it: the server learns that it must forget the parameter.
func ExampleVerifyV1() {
	const secretKey = "hufuEXAMPLEsecretKey000000000001"
	signed := []tc3.Param{{Name: "Action", Value: "GetUser"}, {Name: "Nonce", Value: "7"}}
	signature, err := tc3.SignV1(secretKey, "GET", "cam.hufu.local", "/", signed)
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, dropped := tc3.VerifyV1(&tc3.RequestV1{
		Method: "GET",
		Host:   []string{"cam.hufu.local"},
		Params: append(signed, tc3.Param{Name: "Region"}, tc3.Param{Name: "Signature", Value: signature}),
	}, secretKey)
	fmt.Println(ok, dropped)
	// Output:
	// true [Region]
}
