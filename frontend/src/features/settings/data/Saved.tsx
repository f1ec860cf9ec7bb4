/** Says that a change is kept; the line is there before, so that nothing jumps. */
export function Saved({ isSaved }: { isSaved: boolean }) {
    return (
        <p className="saved" role="status">
            {isSaved && '✓ Saved'}
        </p>
    )
}
