/** Says that a change is kept; it stands beside the button, so that nothing jumps. */
export function Saved({ isSaved }: { isSaved: boolean }) {
    return (
        <span className="saved" role="status">
            {isSaved && '✓ Saved'}
        </span>
    )
}
