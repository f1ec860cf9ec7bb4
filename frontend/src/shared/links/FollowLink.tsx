interface Props extends Omit<React.ComponentProps<'a'>, 'onClick'> {
    href: string
    onFollow: () => void
}

/** A link that this page follows by itself; one that is asked for in another tab or window is the browser's. */
export function FollowLink({ href, onFollow, children, ...rest }: Props) {
    return (
        <a
            href={href}
            {...rest}
            onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return
                event.preventDefault()
                onFollow()
            }}
        >
            {children}
        </a>
    )
}
