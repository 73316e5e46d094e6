// Comments and chat answers in React.
import DOMPurify from "dompurify";

export function Comment({ comment }: { comment: { body: string } }) {
  // ruleid: js-xss-dom
  return <div dangerouslySetInnerHTML={{ __html: comment.body }} />;
}

export function CommentSafe({ comment }: { comment: { body: string } }) {
  // ok: js-xss-dom
  return <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(comment.body) }} />;
}

export function CommentSafeToo({ comment }: { comment: { body: string } }) {
  const clean = DOMPurify.sanitize(comment.body);
  // ok: js-xss-dom
  return <div className="body" dangerouslySetInnerHTML={{ __html: clean }} />;
}

export function Answer({ answer }: { answer: string }) {
  // ruleid: js-xss-dom
  return <section dangerouslySetInnerHTML={{ __html: marked.parse(answer) }} />;
}

export function AnswerSafe({ answer }: { answer: string }) {
  // ok: js-xss-dom
  return <section>{answer}</section>;
}

export function ProductData({ product }: { product: object }) {
  // ok: js-xss-dom
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: JSON.stringify(product) }} />;
}
