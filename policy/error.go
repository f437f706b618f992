package policy

import "fmt"

// A Code is the last part of a documented error code: what follows
// "InvalidParameter." on the wire.
type Code string

// The codes that a document can earn, in the order in which they are
// reported: of several faults the one whose code comes first here wins,
// wherever it stands in the text.
const (
	CodeParamError                    Code = "ParamError"
	CodePolicyDocumentLengthOverLimit Code = "PolicyDocumentLengthOverLimit"
	CodePolicyDocumentError           Code = "PolicyDocumentError"
	CodeVersionError                  Code = "VersionError"
	CodePrincipalError                Code = "PrincipalError"
	CodePrincipalQcsError             Code = "PrincipalQcsError"
	CodePrincipalQcsNotExist          Code = "PrincipalQcsNotExist"
	CodePrincipalQcsCrossError        Code = "PrincipalQcsCrossError"
	CodePrincipalServiceNotExist      Code = "PrincipalServiceNotExist"
	CodeStatementError                Code = "StatementError"
	CodeEffectError                   Code = "EffectError"
	CodeActionMiss                    Code = "ActionMiss"
	CodeActionError                   Code = "ActionError"
	CodeActionServiceNotExist         Code = "ActionServiceNotExist"
	CodeActionNotExist                Code = "ActionNotExist"
	CodeResourceError                 Code = "ResourceError"
	CodeResourceQcsError              Code = "ResourceQcsError"
	CodeResourceProjectError          Code = "ResourceProjectError"
	CodeResourceServiceNotExist       Code = "ResourceServiceNotExist"
	CodeResourceRegionError           Code = "ResourceRegionError"
	CodeResourceUinError              Code = "ResourceUinError"
	CodeResourceContentError          Code = "ResourceContentError"
	CodeNotSupportProduct             Code = "NotSupportProduct"
	CodeConditionError                Code = "ConditionError"
	CodeConditionTypeError            Code = "ConditionTypeError"
	CodeConditionContentError         Code = "ConditionContentError"
)

// The codes of session policies, the Policy argument of the STS calls. The
// misspelling is the original's.
const (
	CodeStrategyFormatError    Code = "StrategyFormatError"
	CodeStrategyInvalid        Code = "StrategyInvalid"
	CodeResouceError           Code = "ResouceError"
	CodePolicyTooLong          Code = "PolicyTooLong"
	CodeExtendStrategyOverSize Code = "ExtendStrategyOverSize"
	CodeGrantOtherResource     Code = "GrantOtherResource"
)

// rank orders the codes; unknown ones, which only a caller's hook can make,
// come last.
func (c Code) rank() int {
	for i, k := range [...]Code{
		CodeParamError, CodePolicyDocumentLengthOverLimit, CodePolicyDocumentError, CodeVersionError,
		CodePrincipalError, CodePrincipalQcsError, CodePrincipalQcsNotExist, CodePrincipalQcsCrossError,
		CodePrincipalServiceNotExist, CodeStatementError, CodeEffectError, CodeActionMiss, CodeActionError,
		CodeActionServiceNotExist, CodeActionNotExist, CodeResourceError, CodeResourceQcsError,
		CodeResourceProjectError, CodeResourceServiceNotExist, CodeResourceRegionError, CodeResourceUinError,
		CodeResourceContentError, CodeNotSupportProduct, CodeConditionError, CodeConditionTypeError,
		CodeConditionContentError,
	} {
		if c == k {
			return i
		}
	}
	return 1 << 10
}

// An Error says what is wrong with a document.
type Error struct {
	Code   Code
	Offset int    // byte offset into Document.Text, 0 when the whole text is meant
	Path   string // where in the document, such as statement[1].resource[0]; may be empty
	Detail string // one sentence without a period
}

func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s: %s", e.Code, e.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", e.Code, e.Path, e.Detail)
}

// problems keeps the one fault that will be reported.
type problems struct {
	first *Error
	rank  int
	each  func(*Error) // is told of every fault, if it is set
}

func (p *problems) add(code Code, off int, path, format string, args ...any) {
	rank := code.rank()
	wins := p.first == nil || rank < p.rank
	if !wins && p.each == nil {
		return
	}
	e := &Error{Code: code, Offset: off, Path: path, Detail: fmt.Sprintf(format, args...)}
	if wins {
		p.first, p.rank = e, rank
	}
	if p.each != nil {
		p.each(e)
	}
}

// err avoids the typed nil that returning p.first would make.
func (p *problems) err() error {
	if p.first == nil {
		return nil
	}
	return p.first
}
