import type { Visitor } from './api/visitor'

interface Props {
    visitor: Visitor
    teamId: string
    onSwitch: (teamId: string) => void
}

/** The visitor's teams, grouped by organization; at an address of none of them no other looks chosen. */
export function TeamSwitcher({ visitor, teamId, onSwitch }: Props) {
    const isTheirs = visitor.projects.some((project) => String(project.id) === teamId)
    return (
        <label className="switcher">
            <span className="unseen">Team</span>
            <select value={teamId} onChange={(event) => { onSwitch(event.target.value) }}>
                {!isTheirs && <option value={teamId} disabled>No such team</option>}
                {visitor.organizations.map((organization) => (
                    <optgroup key={organization.id} label={organization.name}>
                        {visitor.projects
                            .filter((project) => project.organization === organization.id)
                            .map((project) => (
                                <option key={project.id} value={String(project.id)}>
                                    {project.name}
                                </option>
                            ))}
                    </optgroup>
                ))}
            </select>
        </label>
    )
}
